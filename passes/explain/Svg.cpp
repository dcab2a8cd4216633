//===- Svg.cpp - the plan drawn -------------------------------------------===//
//
// A layered drawing, rows flowing downwards: an operator stands one layer below
// the lowest of its inputs; within a layer operators are ordered by the mean
// place of what they are joined to, swept a few times up and down; boxes are as
// wide as their text. An edge over several layers takes a lane of its own in
// each, so that no line crosses a box.
//
//===----------------------------------------------------------------------===//
#include "passes/explain/Explain.h"
#include "passes/explain/Graph.h"

#include "llvm/Support/FormatVariadic.h"

#include <algorithm>
#include <cmath>

namespace levada {

using namespace explain;

namespace {

constexpr double kChar = 7.3, kLine = 17, kPad = 12, kGapX = 36, kGapY = 54, kMargin = 28;
constexpr double kTitle = 44, kLane = 12;
constexpr size_t kLongest = 64; ///< characters of a line

struct Box {
  const Node *node = nullptr; ///< null: a lane of a long edge
  std::string title;
  std::vector<std::string> lines;
  double x = 0, y = 0, width = kLane, height = 0;
  double bottom = 0; ///< of its layer
  size_t layer = 0;
  std::vector<size_t> above, below;
  double middle() const { return x + width / 2; }
};

struct Edge {
  std::vector<size_t> boxes; ///< from the input to the reader, by way of lanes
  std::string kind;
};

/// Characters, not bytes.
size_t length(llvm::StringRef text) {
  return llvm::count_if(text, [](char c) { return (c & 0xc0) != 0x80; });
}

/// Lines of at most kLongest characters, broken at spaces where there are any.
void wrap(llvm::StringRef text, std::vector<std::string> &lines) {
  std::string line;
  llvm::StringRef indent = "";
  while (!text.empty()) {
    size_t space = text.find(' ', 1);
    llvm::StringRef word = text.substr(0, space);
    text = text.drop_front(word.size());
    if (!line.empty() && length(line) + length(word) > kLongest) {
      lines.push_back(line);
      indent = "  ";
      line.clear();
      word = word.ltrim();
    }
    if (line.empty())
      line = indent;
    line += word;
  }
  lines.push_back(line);
}

std::string escaped(llvm::StringRef text) {
  std::string out;
  for (char c : text)
    switch (c) {
    case '&':
      out += "&amp;";
      break;
    case '<':
      out += "&lt;";
      break;
    case '>':
      out += "&gt;";
      break;
    case '"':
      out += "&quot;";
      break;
    default:
      out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  return out;
}

class Drawing {
public:
  explicit Drawing(const Graph &graph) : graph(graph) {
    makeBoxes();
    makeLanes();
    order();
    place();
  }

  std::string svg() const;

private:
  void makeBoxes();
  void makeLanes();
  void order();
  void place();
  void join(size_t from, size_t to) {
    boxes[from].below.push_back(to);
    boxes[to].above.push_back(from);
  }

  const Graph &graph;
  std::vector<Box> boxes; ///< those of nodes first, by their index
  std::vector<Edge> edges;
  std::vector<std::vector<size_t>> layers;
  double width = 0, height = 0;
};

} // namespace

void Drawing::makeBoxes() {
  for (const Node &node : graph.nodes) {
    Box box;
    box.node = &node;
    box.title = node.title;
    for (const std::string &detail : node.details)
      wrap(detail, box.lines);
    size_t longest = length(box.title);
    for (const std::string &line : box.lines)
      longest = std::max(longest, length(line));
    box.width = longest * kChar + 2 * kPad;
    box.height = (box.lines.size() + 1) * kLine + 2 * kPad - 4;
    for (const Input &input : node.inputs)
      box.layer = std::max(box.layer, boxes[input.node].layer + 1);
    boxes.push_back(std::move(box));
  }
}

void Drawing::makeLanes() {
  for (size_t reader = 0; reader != graph.nodes.size(); ++reader)
    for (const Input &input : graph.nodes[reader].inputs) {
      Edge edge{{input.node}, input.kind};
      for (size_t layer = boxes[input.node].layer + 1; layer < boxes[reader].layer; ++layer) {
        Box lane;
        lane.layer = layer;
        boxes.push_back(lane);
        join(edge.boxes.back(), boxes.size() - 1);
        edge.boxes.push_back(boxes.size() - 1);
      }
      join(edge.boxes.back(), reader);
      edge.boxes.push_back(reader);
      edges.push_back(std::move(edge));
    }
  for (size_t i = 0; i != boxes.size(); ++i) {
    layers.resize(std::max(layers.size(), boxes[i].layer + 1));
    layers[boxes[i].layer].push_back(i);
  }
}

/// Barycentres, downwards and upwards in turn.
void Drawing::order() {
  std::vector<double> rank(boxes.size());
  auto number = [&](const std::vector<size_t> &layer) {
    for (size_t i = 0; i != layer.size(); ++i)
      rank[layer[i]] = i;
  };
  for (const std::vector<size_t> &layer : layers)
    number(layer);
  auto sortBy = [&](std::vector<size_t> &layer, std::vector<size_t> Box::*side) {
    std::vector<double> mean(boxes.size());
    for (size_t box : layer) {
      const std::vector<size_t> &joined = boxes[box].*side;
      double sum = 0;
      for (size_t other : joined)
        sum += rank[other];
      mean[box] = joined.empty() ? rank[box] : sum / joined.size();
    }
    std::sort(layer.begin(), layer.end(), [&](size_t a, size_t b) {
      return mean[a] != mean[b] ? mean[a] < mean[b] : rank[a] < rank[b];
    });
    number(layer);
  };
  for (int sweep = 0; sweep != 4; ++sweep) {
    for (std::vector<size_t> &layer : layers)
      sortBy(layer, &Box::above);
    for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer)
      sortBy(*layer, &Box::below);
  }
}

void Drawing::place() {
  double y = kMargin + kTitle;
  for (const std::vector<size_t> &layer : layers) {
    double x = kMargin, tallest = 0;
    for (size_t i : layer) {
      Box &box = boxes[i];
      box.x = x;
      box.y = y;
      x += box.width + kGapX;
      tallest = std::max(tallest, box.height);
    }
    for (size_t i : layer) {
      boxes[i].bottom = y + tallest;
      if (!boxes[i].node)
        boxes[i].height = tallest;
    }
    width = std::max(width, x - kGapX + kMargin);
    y += tallest + kGapY;
  }
  height = y - kGapY + kMargin;
  // Boxes move towards the middle of what is above them, then below, as far as
  // their neighbours let them.
  auto settle = [&](const std::vector<size_t> &layer, std::vector<size_t> Box::*side) {
    for (int pass = 0; pass != 2; ++pass)
      for (size_t k = 0; k != layer.size(); ++k) {
        size_t at = pass == 0 ? layer.size() - 1 - k : k;
        Box &box = boxes[layer[at]];
        const std::vector<size_t> &joined = box.*side;
        if (joined.empty())
          continue;
        double sum = 0;
        for (size_t other : joined)
          sum += boxes[other].middle();
        double wanted = sum / joined.size() - box.width / 2, least = kMargin;
        if (at > 0)
          least = boxes[layer[at - 1]].x + boxes[layer[at - 1]].width + kGapX;
        double most = at + 1 < layer.size() ? boxes[layer[at + 1]].x - kGapX - box.width : 1e9;
        box.x = std::max(least, std::min(most, wanted));
      }
  };
  for (int sweep = 0; sweep != 3; ++sweep) {
    for (const std::vector<size_t> &layer : layers)
      settle(layer, &Box::above);
    for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer)
      settle(*layer, &Box::below);
  }
  for (const Box &box : boxes)
    width = std::max(width, box.x + box.width + kMargin);
  width = std::max(width, length(graph.title) * kChar * 1.2 + 2 * kMargin);
}

std::string Drawing::svg() const {
  std::string out = llvm::formatv(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} "
      "{1}\" font-family=\"ui-monospace, DejaVu Sans Mono, monospace\" font-size=\"12\">\n",
      std::lround(width), std::lround(height));
  out += "<title>" + escaped(graph.title) + "</title>\n";
  out += "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n";
  out += "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" "
         "markerHeight=\"7\" orient=\"auto\"><path d=\"M0,0 L8,4 L0,8 z\" fill=\"#5b6770\"/>"
         "</marker></defs>\n";
  out += llvm::formatv("<text x=\"{0}\" y=\"{1}\" font-size=\"15\" font-weight=\"bold\" "
                       "fill=\"#1d2730\">{2}</text>\n",
                       kMargin, kMargin + 12, escaped(graph.title));
  for (const Edge &edge : edges) {
    const Box &from = boxes[edge.boxes.front()];
    std::string path = llvm::formatv("M{0},{1}", std::lround(from.middle()),
                                     std::lround(from.y + from.height));
    // Straight down to the end of the layer, where boxes may be taller.
    double x = from.middle(), y = from.bottom;
    path += llvm::formatv(" L{0},{1}", std::lround(x), std::lround(y)).str();
    for (size_t i = 1; i != edge.boxes.size(); ++i) {
      const Box &to = boxes[edge.boxes[i]];
      double half = (to.y + y) / 2;
      path += llvm::formatv(" C{0},{1} {2},{1} {2},{3}", std::lround(x), std::lround(half),
                            std::lround(to.middle()), std::lround(to.y))
                  .str();
      x = to.middle();
      y = to.y + to.height;
      if (!to.node)
        path += llvm::formatv(" L{0},{1}", std::lround(x), std::lround(y)).str();
    }
    out += "<path d=\"" + path + "\" fill=\"none\" stroke=\"#5b6770\" stroke-width=\"1.4\"" +
           (edge.kind.empty() ? "" : " stroke-dasharray=\"5 4\"") + " marker-end=\"url(#tip)\"/>\n";
    if (!edge.kind.empty()) {
      const Box &to = boxes[edge.boxes[1]];
      out += llvm::formatv("<text x=\"{0}\" y=\"{1}\" fill=\"#8a4b08\" font-size=\"11\">{2}</text>\n",
                           std::lround((from.middle() + to.middle()) / 2 + 6),
                           std::lround((from.bottom + to.y) / 2), edge.kind);
    }
  }
  for (const Box &box : boxes) {
    if (!box.node)
      continue;
    bool ends = box.node->inputs.empty() || box.node->readers == 0;
    bool keeps = llvm::any_of(box.lines, [](llvm::StringRef line) { return line.starts_with("state:"); });
    out += llvm::formatv("<rect x=\"{0}\" y=\"{1}\" width=\"{2}\" height=\"{3}\" rx=\"6\" "
                         "fill=\"{4}\" stroke=\"#5b6770\"/>\n",
                         std::lround(box.x), std::lround(box.y), std::lround(box.width),
                         std::lround(box.height), ends ? "#e6f0e8" : keeps ? "#fdf1dc" : "#eef3f7");
    double y = box.y + kPad + 10;
    out += llvm::formatv("<text x=\"{0}\" y=\"{1}\" font-weight=\"bold\" fill=\"#1d2730\">{2}</text>\n",
                         std::lround(box.x + kPad), std::lround(y), escaped(box.title));
    for (const std::string &line : box.lines) {
      y += kLine;
      out += llvm::formatv("<text x=\"{0}\" y=\"{1}\" fill=\"#35424c\">{2}</text>\n",
                           std::lround(box.x + kPad + (llvm::StringRef(line).starts_with("  ") ? 2 * kChar : 0)),
                           std::lround(y), escaped(llvm::StringRef(line).ltrim()));
    }
  }
  return out + "</svg>\n";
}

std::string explainSvg(mlir::ModuleOp flow) {
  Graph graph = graphOf(flow);
  return Drawing(graph).svg();
}

} // namespace levada
