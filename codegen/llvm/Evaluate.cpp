//===- Evaluate.cpp - scalar operations on constants, at compile time ------===//
#include "codegen/llvm/Evaluate.h"

#include "codegen/llvm/JitLibrary.h"
#include "codegen/llvm/Stages.h"
#include "codegen/lower/Lower.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

#include "llvm/ExecutionEngine/Orc/ExecutionUtils.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/ExecutionEngine/Orc/ThreadSafeModule.h"
#include "llvm/Support/Error.h"

#include <cstdlib>
#include <cstring>

using namespace mlir;
using levada::flow::SqlKind;
using levada::flow::SqlType;

namespace levada::codegen {
namespace {

/// What an evaluated function leaves: 16-aligned value, then what became of it.
struct alignas(16) Outcome {
  char value[16];
  int32_t status = LEVADA_ERROR;
};

/// Memory of the evaluation: freed with the host, never grown further.
char *allocSlow(levada_ctx *ctx, uint64_t size) {
  auto *block = static_cast<char *>(std::calloc(1, size + sizeof(void *)));
  if (!block)
    std::abort();
  *reinterpret_cast<void **>(block) = ctx->arena.blocks;
  ctx->arena.blocks = block;
  return block + sizeof(void *);
}

void copy(char *to, const char *from, uint64_t size) { std::memcpy(to, from, size); }
void passed(uint64_t) {}

} // namespace

struct ConstantEvaluator::Host {
  std::unique_ptr<llvm::TargetMachine> target;
  std::unique_ptr<llvm::orc::LLJIT> jit;
  std::unique_ptr<JitLibrary> library; ///< null: the host did not start
  levada_ctx ctx{};
  levada_program program{};
  std::string zone;
  unsigned count = 0;

  ~Host() {
    void *block = ctx.arena.blocks;
    while (block) {
      void *next = *static_cast<void **>(block);
      std::free(block);
      block = next;
    }
  }
  bool start();
  Attribute read(const Outcome &outcome, SqlType type, MLIRContext *context);
};

bool ConstantEvaluator::Host::start() {
  BuildOptions options;
  options.optLevel = 0;
  options.cpu = "native";
  std::string error;
  target = createTarget(options, error);
  // Each function runs a few times: what counts is how soon.
  auto machine = llvm::orc::JITTargetMachineBuilder::detectHost();
  if (!machine) {
    llvm::consumeError(machine.takeError());
    return false;
  }
  machine->setCodeGenOptLevel(llvm::CodeGenOptLevel::None);
  auto created = llvm::orc::LLJITBuilder().setJITTargetMachineBuilder(std::move(*machine)).create();
  if (!target || !created) {
    llvm::consumeError(created.takeError());
    return false;
  }
  jit = std::move(*created);
  // What is in the archive alone is not found, and not folded then.
  jit->getExecutionSession().setErrorReporter([](llvm::Error error) { llvm::consumeError(std::move(error)); });
  auto process = llvm::orc::DynamicLibrarySearchGenerator::GetForCurrentProcess(
      jit->getDataLayout().getGlobalPrefix());
  if (!process) {
    llvm::consumeError(process.takeError());
    return false;
  }
  jit->getMainJITDylib().addGenerator(std::move(*process));
  llvm::orc::SymbolMap own;
  auto define = [&](const char *name, auto *function) {
    own[jit->mangleAndIntern(name)] = {llvm::orc::ExecutorAddr::fromPtr(function),
                                       llvm::JITSymbolFlags::Exported};
  };
  define("levada_rt_alloc_slow", &allocSlow);
  define("levada_rt_copy", &copy);
  define("levada_rt_passed", &passed);
  llvm::cantFail(jit->getMainJITDylib().define(llvm::orc::absoluteSymbols(own)));
  program.abi_version = LEVADA_ABI_VERSION;
  program.time_zone = "UTC";
  ctx.program = &program;
  ctx.workers = 1;
  ctx.error_expr = UINT32_MAX;
  return true;
}

Attribute ConstantEvaluator::Host::read(const Outcome &outcome, SqlType type,
                                        MLIRContext *context) {
  Builder b(context);
  if (outcome.status == LEVADA_ERROR)
    return {};
  if (outcome.status == LEVADA_NULL)
    return type.getNullable() ? b.getUnitAttr() : Attribute();
  Rep rep = repOf(type);
  if (rep == Rep::Str) {
    levada_str text;
    memcpy(&text, outcome.value, sizeof text);
    return b.getStringAttr(llvm::StringRef(text.len <= 12 ? text.inl : text.ptr, text.len));
  }
  if (rep == Rep::I1)
    return b.getBoolAttr(outcome.value[0] != 0);
  if (rep == Rep::F32 || rep == Rep::F64) {
    double number;
    if (rep == Rep::F32) {
      float single;
      memcpy(&single, outcome.value, sizeof single);
      return b.getF32FloatAttr(single);
    }
    memcpy(&number, outcome.value, sizeof number);
    return b.getF64FloatAttr(number);
  }
  uint64_t words[2];
  memcpy(words, outcome.value, sizeof words);
  unsigned bits = sizeOf(rep) * 8;
  llvm::APInt number = llvm::APInt(128, words).trunc(bits);
  bool wide = type.getKind() == SqlKind::Decimal || rep == Rep::I128;
  Type attrType = b.getIntegerType(wide ? 128 : bits);
  return b.getIntegerAttr(attrType, wide ? number.sext(128) : number);
}

ConstantEvaluator::ConstantEvaluator(MLIRContext &context, std::string bitcode)
    : bitcode(bitcode.empty() ? bitcodePath() : std::move(bitcode)) {
  DialectRegistry registry;
  registerDialects(registry);
  context.appendDialectRegistry(registry);
  context.loadDialect<LLVM::LLVMDialect>();
}
ConstantEvaluator::~ConstantEvaluator() = default;

/// Whether the operation has one result, which this process can compute.
static bool canEvaluate(Operation *op) {
  if (op->getNumResults() != 1 || op->getNumRegions())
    return false;
  // Casts of nested values are code of the archive.
  if (auto nested = dyn_cast<flow::CastOp>(op);
      nested && (nested.getOperand().getType().isNested() || nested.getResult().getType().isNested()))
    return false;
  if (auto call = dyn_cast<flow::CallOp>(op)) {
    const catalog::Function *function = functionOf(call.getSymbol());
    if (!function || !function->deterministic || function->sessionZone)
      return false;
  }
  // Zones are the executable's: their data is not here.
  auto hasZone = [](Type type) {
    return cast<SqlType>(type).getKind() == SqlKind::TimestampLtz;
  };
  return llvm::none_of(op->getOperandTypes(), hasZone) && !hasZone(op->getResult(0).getType());
}

/// What the result depends on.
static Attribute keyOf(Operation *op, llvm::ArrayRef<Attribute> operands) {
  Builder b(op->getContext());
  SmallVector<Attribute> parts{b.getStringAttr(op->getName().getStringRef()),
                               op->getAttrDictionary(), TypeAttr::get(op->getResult(0).getType())};
  for (Type type : op->getOperandTypes())
    parts.push_back(TypeAttr::get(type));
  parts.append(operands.begin(), operands.end());
  return b.getArrayAttr(parts);
}

/// `void name(levada_ctx *, Outcome *)`: the operation on its operands.
static void lowerConstant(Plan &plan, ModuleOp module, const std::string &name, Operation *op,
                          llvm::ArrayRef<Attribute> operands) {
  MLIRContext *context = op->getContext();
  Type ptr = LLVM::LLVMPointerType::get(context);
  auto function =
      declareFunction(module, op->getLoc(), name, LLVM::LLVMVoidType::get(context), {ptr, ptr});
  auto type = cast<SqlType>(op->getResult(0).getType());
  Lowering l(plan, function);
  Emitter &e = l.e;
  Value outcome = e.arg(1);
  for (auto [value, constant] : llvm::zip(op->getOperands(), operands))
    l.set(value, constantScalar(l, constant, cast<SqlType>(value.getType())));
  Block *failed = e.newBlock(e.intType(32));
  l.catching(failed, [&] { l.lowerOp(op); });
  Scalar result = l.get(op->getResult(0));
  e.storeRep(repOf(type), result.value, outcome);
  e.store(e.zext(l.nullFlag(result), e.intType(32)), e.offset(outcome, 16));
  e.ret();
  e.enter(failed);
  e.ret();
}

// Made just now, what is called here lacks the type before its code that
// -fsanitize=function looks for.
LLVM_NO_SANITIZE("function")
void ConstantEvaluator::prepare(llvm::ArrayRef<std::pair<Operation *, SmallVector<Attribute>>> all) {
  struct Wanted {
    Operation *op;
    Attribute key;
    std::string name;
  };
  SmallVector<Wanted> wanted;
  OwningOpRef<ModuleOp> source, module;
  std::optional<Plan> plan;
  for (const auto &[op, operands] : all) {
    if (!canEvaluate(op))
      continue;
    Attribute key = keyOf(op, operands);
    if (!known.insert({key, Attribute()}).second)
      continue;
    if (!host) {
      host = std::make_unique<Host>();
      if (host->start())
        host->library = JitLibrary::open(bitcode, *host->jit);
    }
    if (!host->library)
      return;
    if (!plan) {
      source = ModuleOp::create(op->getLoc());
      module = ModuleOp::create(op->getLoc());
      plan.emplace(*source);
    }
    wanted.push_back({op, key, "levada_constant." + std::to_string(host->count++)});
    lowerConstant(*plan, *module, wanted.back().name, op, operands);
  }
  if (wanted.empty())
    return;
  std::unique_ptr<llvm::Module> code =
      translate(*module, host->library->context(), *host->target);
  if (!code || !host->library->add(std::move(code)))
    return;
  for (const Wanted &one : wanted) {
    auto address = host->jit->lookup(one.name);
    if (!address) { // what it may call is not here
      llvm::consumeError(address.takeError());
      continue;
    }
    Outcome outcome;
    address->toPtr<void (*)(levada_ctx *, Outcome *)>()(&host->ctx, &outcome);
    auto type = cast<SqlType>(one.op->getResult(0).getType());
    known[one.key] = host->read(outcome, type, one.op->getContext());
  }
}

Attribute ConstantEvaluator::evaluate(Operation *op, llvm::ArrayRef<Attribute> operands) {
  if (!canEvaluate(op))
    return {};
  Attribute key = keyOf(op, operands);
  if (auto at = known.find(key); at != known.end())
    return at->second;
  std::pair<Operation *, SmallVector<Attribute>> one{op, SmallVector<Attribute>(operands)};
  prepare(one);
  return known.lookup(key);
}

} // namespace levada::codegen
