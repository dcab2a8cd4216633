"""One run of a pipeline that is disturbed again and again, compared with the undisturbed one.

Everything follows from the seed, but for when a SIGKILL "at a random moment" hits.
"""
import os
import random
import re
import shutil
import signal
import subprocess
import time

import events
import outputs

ROW = 150  # bytes, about


class Wrong(Exception):
    """The pipeline did what it must not."""


class Attempt:
    def __init__(self, code, err, seconds):
        self.code, self.err, self.seconds = code, err, seconds

    @property
    def killed(self):
        return self.code == -signal.SIGKILL

    @property
    def places(self):
        """Places passed, with LEVADA_FAILPOINT=trace: {name: how often}."""
        found = {}
        for name in re.findall(r"^failpoint (\S+)$", self.err, re.M):
            found[name] = found.get(name, 0) + 1
        return found

    @property
    def ledger(self):
        found = re.findall(r"^\w+: ([\d,]+ rows in.*); [\d.]+ s$", self.err, re.M)
        return found[-1] if found else None

    @property
    def messages(self):
        return "\n".join(l for l in self.err.splitlines() if not l.startswith("failpoint "))


class Scenario:
    def __init__(self, pipeline, seed, folder):
        self.pipeline, self.seed, self.folder = pipeline, seed, folder
        self.rng = random.Random(f"{pipeline.name} {seed}")
        self.out = os.path.join(folder, "out")
        self.state = os.path.join(folder, "state")
        self.log, self.counts, self.passed, self.places = [], {}, set(), {}
        self.finished = False
        rng = self.rng
        self.rows = pipeline.rows or rng.choice((40, 300, 300, 1200, 3000))
        self.chunk = max(64, self.rows * ROW // rng.choice((10, 25) if pipeline.rows else (3, 10, 25, 40)))
        self.kind = rng.choice(("file", "folder", "folder", "gz", "folder gz"))
        self.every = rng.choice((1, 1, 2, 3, 7))
        # Input that grows between runs, each of which takes what is there.
        self.once = len(pipeline.inputs) == 1 and "gz" not in self.kind and rng.random() < 0.25
        # A disk of a few megabytes, where this process may mount one.
        self.disk = pipeline.mounts and rng.random() < 0.1

    def count(self, what):
        self.counts[what] = self.counts.get(what, 0) + 1

    # --- input and the undisturbed run ---

    def make_input(self):
        csv, bad = self.pipeline.csv, 0.01 if self.pipeline.takes_bad else 0.0
        form, header = (events.as_csv, events.CSV_HEADER) if csv else (events.as_json, b"")
        self.environment = {}
        for i, name in enumerate(self.pipeline.inputs):
            records = [form(r) for r in events.rows(self.rng, self.rows, i * 10**6, bad)]
            path = os.path.join(self.folder, name.lower())
            events.write(self.rng, records, header, path, self.kind)
            self.environment[name] = path
        if self.disk:
            self.out, self.state = os.path.join(self.folder, "disk", "out"), os.path.join(self.folder, "disk", "state")
            os.mkdir(os.path.dirname(self.out))
            subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", os.path.dirname(self.out)], check=True)

    def reference(self):
        out = os.path.join(self.folder, "expected")
        os.mkdir(out)
        done = self.run(self.pipeline.apps[0], [], out=out, state=None, keep_log=False)
        if done.code:
            raise Wrong(f"the undisturbed run fails: {done.messages}")
        self.headers = outputs.headers_of(self.pipeline.text, out)
        self.expected, self.ledger = self.visible(out), done.ledger
        self.seconds = max(0.004, done.seconds)

    # --- one attempt ---

    def run(self, app, options, failpoint="", kill_after=None, watch=False, out=None, state="", keep_log=True):
        command = [app, "--chunk-bytes", str(self.chunk), *options]
        failpoint = ",".join(f for f in (failpoint, "trace") if f) if keep_log else failpoint
        if state is not None:
            command += ["--state", state or self.state]
        environment = {**os.environ, **self.environment, "OUT": out or self.out}
        environment.pop("LEVADA_FAILPOINT", None)
        if failpoint:
            environment["LEVADA_FAILPOINT"] = failpoint
        begun = time.monotonic()
        with open(os.path.join(self.folder, "err"), "w+b") as err:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=err, env=environment)
            try:
                if watch:
                    while process.poll() is None:
                        self.look("while it runs")
                        if kill_after is not None and time.monotonic() - begun > kill_after:
                            process.kill()
                        time.sleep(0.0005)
                process.wait(timeout=kill_after if kill_after is not None else 60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                if kill_after is None:
                    raise Wrong("it hangs")
            err.seek(0)
            text = err.read().decode(errors="replace")
        done = Attempt(process.returncode, text, time.monotonic() - begun)
        if keep_log:
            names = " ".join(f"{k}={v}" for k, v in {**self.environment, "OUT": self.out}.items())
            line = f"{names} LEVADA_FAILPOINT={failpoint} {' '.join(command)}"
            if kill_after is not None:
                line += f"  # SIGKILL after {kill_after * 1000:.1f} ms"
            self.log.append(f"{line}\n# exit {done.code}: " + done.messages.replace("\n", "\n#   "))
        self.finished |= out is None and os.path.exists(os.path.join(self.state, "finished"))
        if "cannot be read again" in done.err:
            raise Wrong(f"says that files cannot be read again: {done.messages}")
        self.passed.update(done.places)
        if out is None and "checkpoint-make.before" in done.places:
            self.torn = False  # the sinks have gone back to their checkpoint
        if out is None and "=cut" in failpoint and done.killed:
            self.torn = True
        if keep_log:
            for name, count in done.places.items():
                self.places[name] = max(count, self.places.get(name, 0))
        if done.code not in (0, 1, -signal.SIGKILL):
            raise Wrong(f"exit code {done.code}: {done.messages}")
        return done

    def look(self, when):
        """Readers see the first rows of the result, nothing else.

        Once a run is finished the next one replaces its result, part by part: then there is nothing to say."""
        if self.finished:
            return
        try:
            seen = outputs.visible(self.out, self.headers)
        except FileNotFoundError:
            return
        if self.torn:
            seen = {name: rows for name, rows in seen.items() if os.path.isdir(os.path.join(self.out, name))}
        if wrong := (outputs.not_among if self.once else outputs.no_prefix)(seen, self.expected):
            name = wrong[0]
            with open(os.path.join(self.folder, "seen"), "wb") as file:
                file.write(seen[name])
            raise Wrong(f"{when}, `{name}` shows {len(seen[name])} bytes that are not the first of its "
                        f"{len(self.expected.get(name, b''))}; they are in {self.folder}/seen")

    def visible(self, out):
        """Where chunks end decides the order of rows, and growing input ends them elsewhere."""
        found = outputs.visible(out, self.headers)
        return {name: b"".join(sorted(rows.splitlines(True))) for name, rows in found.items()} if self.once else found

    torn = False  # a power cut may have torn what was being appended to a file, until the next run has begun

    def manner(self):
        """An executable and options that must not matter."""
        rng = self.rng
        options = ["--parallelism", str(rng.choice((1, 1, 2, 3, 4))), "--batch-rows", str(rng.choice((1, 5, 4096, 4096)))]
        if rng.random() < 0.8:
            options += ["--checkpoint-every", str(self.every if rng.random() < 0.7 else rng.choice((1, 2, 5)))]
        else:
            options += ["--checkpoint-interval", rng.choice(("1ms", "3ms", "10ms"))]
        if self.pipeline.memory:
            options += ["--memory", f"{self.pipeline.memory + 12 * (int(options[1]) - 1)}MB"]
        return rng.choice(self.pipeline.apps), options

    # --- all of them ---

    def go(self):
        self.make_input()
        self.reference()
        os.mkdir(self.out)
        self.trace()
        if self.once:
            self.take_back()
        for _ in range(self.rng.choice((1, 2, 3, 5))):
            self.disturb()
        self.finish()

    def take_back(self):
        """The input is not there yet; what grow() brings is."""
        path = self.environment["IN"]
        whole = path + ".whole"
        os.rename(path, whole)
        self.left, self.size = [], 0
        if os.path.isdir(whole):
            os.mkdir(path)
            self.left = sorted(os.listdir(whole))
        self.grow()

    def grow(self, all_=False):
        path = self.environment["IN"]
        whole = path + ".whole"
        if os.path.isdir(whole):
            for _ in range(len(self.left) if all_ else self.rng.randrange(2)):
                if self.left:
                    name = self.left.pop(0)
                    shutil.copy(os.path.join(whole, name), os.path.join(path, name))
            return
        size = os.path.getsize(whole)
        self.size = size if all_ else max(self.size, min(size, self.size + self.rng.randrange(size)))
        with open(whole, "rb") as file, open(path, "ab") as to:
            file.seek(os.path.getsize(path))
            to.write(file.read(self.size - file.tell()))

    def trace(self):
        """Which places a run of this scenario passes, and how often."""
        out, state = os.path.join(self.folder, "traced"), os.path.join(self.folder, "traced.state")
        os.mkdir(out)
        app, options = self.pipeline.apps[0], ["--checkpoint-every", str(self.every)]
        if self.pipeline.memory:
            options += ["--memory", f"{self.pipeline.memory}MB"]
        done = self.run(app, options, failpoint="trace", out=out, state=state, keep_log=False)
        found = self.visible(out)
        if done.code or found != self.expected or done.ledger != self.ledger:
            raise Wrong(f"with checkpoints alone: exit {done.code}, {self.difference(found)} {done.messages}")
        self.places = done.places
        shutil.rmtree(out)
        shutil.rmtree(state)

    def any_place(self):
        if self.rng.random() < 0.1:  # one that only some runs pass
            return f"{self.rng.choice(self.pipeline.all_places)}:1"
        name = self.rng.choice(sorted(self.places))
        return f"{name}:{self.rng.randrange(1, self.places[name] + 1)}"

    def disturb(self):
        rng = self.rng
        what = rng.choice(("place", "place", "place", "cut", "cut", "cut", "moment", "moment", "short", "fail", "fail", "full", "slow", "term", "damage", "anew"))
        app, options = self.manner()
        if self.once:
            self.grow()
            options.append("--once")
        if self.disk:
            what = "disk"
        watch = rng.random() < 0.25
        if what == "moment" and rng.random() < 0.15:  # one after the other, whatever the last one left
            what = "often"
            for _ in range(50):
                app, again = self.manner()
                done = self.run(app, again + options[options.index("--once"):] if self.once else again,
                                kill_after=rng.random() * self.seconds * 2)
                self.look("after one of many")
        elif what == "moment":
            done = self.run(app, options, kill_after=rng.random() * self.seconds * 3, watch=watch)
        elif what == "disk":
            ballast = os.path.join(os.path.dirname(self.out), "ballast")
            with open(ballast, "wb") as file:
                info = os.statvfs(ballast)
                try:
                    file.write(bytes(max(0, info.f_bavail * info.f_bsize - 4096 * rng.randrange(1, 60))))
                except OSError:
                    pass
            done = self.run(app, options)
            os.remove(ballast)
        elif what == "anew":
            if not self.checkpoints():
                self.run(app, options, f"checkpoint-appear.after:{rng.randrange(1, 9)}=kill")
            older = [os.path.join(self.state, n) for n in self.checkpoints()[:-1]]
            wish = rng.choice(older + ["none"])
            if wish == "none":  # what an unfinished run wrote is not replaced unasked, and asking once is enough
                options.append("--overwrite")
            options += ["--restore", wish]
            self.finished = True  # what was seen already is taken back
            special = [n for n in self.pipeline.all_places if n.startswith(("adopt-", "aside-"))]
            place = f"{rng.choice(special)}:1" if rng.random() < 0.5 else self.any_place()
            done = self.run(app, options, f"{place}=kill", watch=watch)
        elif what == "slow":
            where = "any" if sum(self.places.values()) < 3000 else "any:3000"  # a minute is thought to be for ever
            done = self.run(app, options, f"{where}=slow:{rng.choice((1, 2))},{self.any_place()}=kill", watch=watch)
        elif what == "full":
            error = rng.choice(("enospc", "eio"))
            done = self.run(app, options, f"any:{rng.randrange(1, sum(self.places.values()))}+={error}", watch=watch)
        elif what == "fail":
            error = rng.choice(("enospc", "eio"))
            kill = f",{self.any_place()}=kill" if rng.random() < 0.3 else ""
            done = self.run(app, options, f"{self.any_place()}={error}{kill}", watch=watch)
        else:
            action = {"short": "short", "term": "term", "cut": f"cut:{rng.randrange(10**6)}"}.get(what, "kill")
            done = self.run(app, options, f"{self.any_place()}={action}", watch=watch)
        self.count(what if done.killed or what not in ("place", "cut", "moment", "short", "slow", "damage") else "survived")
        if done.code == 1 and "error" not in done.err:
            raise Wrong("exit code 1 without an error")
        self.look("after " + what)
        if what == "damage" and done.killed:
            self.damage()

    # --- torn and missing writes ---

    def checkpoints(self):
        if not os.path.isdir(self.state):
            return []
        return sorted(n for n in os.listdir(self.state) if n.startswith("chk-"))

    def damage(self):
        """Spoils the newest checkpoint; the next start says so and takes the one before."""
        names, rng = self.checkpoints(), self.rng
        if not names or os.path.exists(os.path.join(self.state, "finished")):
            return
        folder = os.path.join(self.state, names[-1])
        files = sorted(os.listdir(folder))
        name = rng.choice(files)
        path, how = os.path.join(folder, name), rng.choice(("cut", "flip", "remove", "empty"))
        with open(path, "rb") as file:
            before = bytearray(file.read())
        bytes_ = bytearray(before)
        if how == "remove":
            os.remove(path)
        else:
            if how == "flip" and bytes_:
                bytes_[rng.randrange(len(bytes_))] ^= 1 << rng.randrange(8)
            elif how == "cut":
                del bytes_[rng.randrange(len(bytes_) + 1):]
            else:
                bytes_.clear()
            with open(path, "wb") as file:
                file.write(bytes_)
        if how != "remove" and bytes_ == before:
            return
        self.log.append(f"# {how}: {path}")
        self.count("damaged " + ("manifest" if name == "manifest" else "state"))
        # A kill once it has resumed, so that the warning is seen and the fallback is crashed into.
        app, options = self.manner()
        if self.once:
            options.append("--once")  # the last record may not be whole
        done = self.run(app, options, f"{self.any_place()}=kill" if rng.random() < 0.5 else "")
        number = int(names[-1][4:])
        told = re.search(rf"(checkpoint |chk-)0*{number}\b|no checkpoint in .* is sound", done.err)
        if done.killed and not told:  # before it looked at every byte
            with open(path, "wb") as file:
                file.write(before)
            return
        if not told:
            raise Wrong(f"{how} of {path} goes without a word: {done.messages}")
        if done.code == 1 and "R662" in done.err and names[-1] in self.checkpoints():
            # None is sound: nothing is destroyed, and one made whole is taken again.
            with open(path, "wb") as file:
                file.write(before)
            self.count("no sound checkpoint")
        elif done.code == 1:
            raise Wrong(f"a checkpoint before it is not used: {done.messages}")
        self.look("after damage")

    # --- the end ---

    def difference(self, found):
        for name in sorted(set(found) | set(self.expected)):
            a, b = self.expected.get(name), found.get(name)
            if a == b:
                continue
            if a is None or b is None:
                return f"`{name}` is there only {'afterwards' if a is None else 'undisturbed'}"
            a, b = a.splitlines(), b.splitlines()
            lost, more = len(set(a) - set(b)), len(set(b) - set(a))
            at = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
            return (f"`{name}`: {len(b)} rows instead of {len(a)}, {lost} lost, {more} new; from row {at + 1}: "
                    f"{b[at:at + 1]} instead of {a[at:at + 1]}")
        return ""

    def finish(self):
        app, options = self.manner()
        if self.once:
            self.grow(all_=True)
            if self.rng.random() < 0.5:
                self.run(app, options + ["--once"])
        done = self.run(app, options)
        if done.code:
            raise Wrong(f"does not go on: exit {done.code}: {done.messages}")
        found = self.visible(self.out)
        if found != self.expected:
            raise Wrong(self.difference(found))
        if done.ledger != self.ledger:
            raise Wrong(f"the ledger says {done.ledger}, undisturbed {self.ledger}")
        if left := outputs.leftovers(self.out):
            raise Wrong(f"left in the output: {left}")
