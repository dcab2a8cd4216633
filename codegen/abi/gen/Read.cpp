//===- Read.cpp - annotated declarations, read through Clang ---------------===//
//
// Types are taken as they are written: `levada_date` is DATE although it is an
// int32_t. A type without a translation, a flag nobody knows, or a missing
// `///` comment is an error at that declaration.
//
//===----------------------------------------------------------------------===//
#include "codegen/abi/gen/Model.h"
#include "codegen/abi/gen/Read.h"

#include "clang/AST/ASTContext.h"
#include "clang/AST/Attr.h"
#include "clang/AST/RecordLayout.h"
#include "clang/AST/RecursiveASTVisitor.h"
#include "clang/Basic/Diagnostic.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/StringExtras.h"

#include <optional>

using namespace clang;

namespace levada::abigen {
namespace {

struct Mapping {
  const char *c, *sql, *pass;
};
constexpr Mapping kMappings[] = {
    {"levada_any", "", "Any"},
    {"bool", "BOOLEAN", "Bool"},
    {"double", "DOUBLE", "F64"},
    {"float", "FLOAT", "F32"},
    {"int16_t", "SMALLINT", "I16"},
    {"int32_t", "INT", "I32"},
    {"int64_t", "BIGINT", "I64"},
    {"int8_t", "TINYINT", "I8"},
    {"levada_bytes", "BYTES", "Str"},
    {"levada_date", "DATE", "I32"},
    {"levada_day_time", "INTERVAL DAY TO SECOND", "I64"},
    {"levada_decimal", "DECIMAL(p, s)", "Decimal"},
    {"levada_i128", "", "I128"},
    {"levada_str", "STRING", "Str"},
    {"levada_time", "TIME", "I32"},
    {"levada_timestamp", "TIMESTAMP(3)", "I64"},
    {"levada_timestamp_ltz", "TIMESTAMP_LTZ(3)", "I64"},
    {"levada_timestamp_ltz_us", "TIMESTAMP_LTZ(6)", "I64"},
    {"levada_timestamp_us", "TIMESTAMP(6)", "I64"},
    {"levada_year_month", "INTERVAL YEAR TO MONTH", "I32"},
};
constexpr std::pair<const char *, const char *> kOptionTypes[] = {
    {"bool", "Bool"},
    {"levada_opt_char", "Char"},
    {"levada_opt_duration", "Duration"},
    {"levada_opt_enum", "Enum"},
    {"levada_opt_int", "Int"},
    {"levada_opt_pattern", "Pattern"},
    {"levada_opt_size", "Size"},
    {"levada_opt_string", "String"},
};

std::vector<std::string> splitWords(llvm::StringRef text, llvm::StringRef separators) {
  llvm::SmallVector<llvm::StringRef> parts;
  llvm::SplitString(text, parts, separators);
  std::vector<std::string> out;
  for (llvm::StringRef part : parts)
    if (!part.trim().empty())
      out.push_back(part.trim().str());
  return out;
}

/// "STRING, DECIMAL(p, s), MAP<K, V>" at the commas outside parentheses and <>.
std::vector<std::string> splitTypes(llvm::StringRef text) {
  std::vector<std::string> out;
  int depth = 0;
  size_t start = 0;
  for (size_t i = 0; i <= text.size(); ++i) {
    if (i == text.size() || (text[i] == ',' && depth == 0)) {
      if (llvm::StringRef part = text.slice(start, i).trim(); !part.empty())
        out.push_back(part.str());
      start = i + 1;
    } else {
      depth += text[i] == '(' || text[i] == '<' ? 1 : text[i] == ')' || text[i] == '>' ? -1 : 0;
    }
  }
  return out;
}

class Reader : public RecursiveASTVisitor<Reader> {
public:
  Reader(ASTContext &context, const std::string &root, Model &model)
      : context(context), root(root), model(model),
        policy(context.getPrintingPolicy()) {
    policy.SuppressTagKeyword = true;
    policy.Bool = true;
  }

  bool VisitFunctionDecl(FunctionDecl *decl) {
    for (const auto *attr : decl->specific_attrs<AnnotateAttr>()) {
      llvm::StringRef text = attr->getAnnotation();
      if (text.consume_front("levada.rt "))
        readCall(context, decl, text, model);
      else if (text.starts_with("levada.fn\t"))
        readFunction(decl, *attr);
    }
    return true;
  }

  bool VisitRecordDecl(RecordDecl *decl) {
    if (!decl->isThisDeclarationADefinition())
      return true;
    for (const auto *attr : decl->specific_attrs<AnnotateAttr>()) {
      llvm::StringRef text = attr->getAnnotation();
      if (text.starts_with("levada.agg\t"))
        readAggregate(cast<CXXRecordDecl>(decl), *attr);
      else if (text.starts_with("levada.connector\t") || text.starts_with("levada.format\t"))
        readConnector(decl, *attr);
    }
    std::string file = place(decl->getLocation()).file;
    if ((file == "runtime/abi/abi.h" || file == "runtime/formats/decode.h") &&
        decl->getIdentifier() && decl->getName().starts_with("levada_"))
      readStruct(context, decl, model);
    return true;
  }

private:
  void error(SourceLocation loc, llvm::StringRef message) {
    report(context, loc, message, model);
  }

  Place place(SourceLocation loc) {
    auto presumed = context.getSourceManager().getPresumedLoc(
        context.getSourceManager().getExpansionLoc(loc));
    if (presumed.isInvalid())
      return {};
    llvm::StringRef file = presumed.getFilename();
    if (file.consume_front(root))
      file.consume_front("/");
    return {file.str(), presumed.getLine()};
  }

  /// The `///` lines just above the line where the annotation stands.
  std::string doc(const AnnotateAttr &attr, llvm::StringRef what) {
    SourceManager &sources = context.getSourceManager();
    auto [file, offset] = sources.getDecomposedLoc(sources.getExpansionLoc(attr.getLocation()));
    llvm::StringRef text = sources.getBufferData(file);
    size_t line = text.rfind('\n', offset);
    std::string out;
    while (line != llvm::StringRef::npos) {
      size_t before = line == 0 ? llvm::StringRef::npos : text.rfind('\n', line - 1);
      size_t begin = before == llvm::StringRef::npos ? 0 : before + 1;
      llvm::StringRef content = text.slice(begin, line).trim();
      if (!content.consume_front("///"))
        break;
      out = content.trim().str() + (out.empty() ? "" : " ") + out;
      line = before;
    }
    if (out.empty())
      error(sources.getExpansionLoc(attr.getLocation()),
            (what + " needs a `///` comment above it").str());
    return out;
  }

  /// "const levada_str &" -> "levada_str".
  std::string spelled(QualType type) {
    return type.getNonReferenceType().getUnqualifiedType().getAsString(policy);
  }

  std::optional<Param> translate(SourceLocation loc, std::string name, llvm::StringRef c) {
    Param param;
    param.name = std::move(name);
    for (llvm::StringRef wrapper : {"levada_opt<", "levada_args<"})
      if (c.consume_front(wrapper)) {
        c = c.drop_back().trim();
        param.nullable = true;
      }
    for (const Mapping &mapping : kMappings)
      if (c == mapping.c) {
        param.sql = mapping.sql;
        param.pass = mapping.pass;
        return param;
      }
    error(loc, ("`" + c + "` has no SQL type; see stdlib/fn.h for those that have").str());
    return std::nullopt;
  }

  /// Applies "(T, U) -> R". False after an error.
  bool applySignature(SourceLocation loc, llvm::StringRef text, std::vector<Param> &params,
                      Param &result, std::string &rule) {
    text = text.trim();
    if (!text.empty()) {
      auto [left, right] = text.split("->");
      left = left.trim(), right = right.trim();
      bool shape = left.consume_front("(") && left.consume_back(")") && !right.empty();
      std::vector<std::string> types = splitTypes(left);
      if (!shape || types.size() != params.size()) {
        error(loc, "the SQL signature must be `(T, …) -> R` with one type per parameter");
        return false;
      }
      for (size_t i = 0; i < types.size(); ++i)
        params[i].sql = types[i];
      result.sql = right.str();
      if (right.consume_front("rule:"))
        rule = right.str();
    }
    for (const Param &param : params)
      if (param.sql.empty()) {
        error(loc, "`levada_i128` and `levada_any` need their SQL type in the annotation's signature");
        return false;
      }
    return true;
  }

  void readFunction(FunctionDecl *decl, const AnnotateAttr &attr) {
    llvm::SmallVector<llvm::StringRef> parts;
    llvm::StringRef(attr.getAnnotation()).split(parts, '\t');
    Function fn;
    fn.sqlName = parts[1];
    fn.symbol = decl->getNameAsString();
    fn.place = place(decl->getLocation());
    if (!isMain(decl->getLocation()) || model.functions.count(fn.symbol))
      return;
    fn.doc = doc(attr, "a function");
    if (!decl->isExternC())
      error(decl->getLocation(), "a built-in function must be inside extern \"C\"");
    bool nullable = false;
    for (const std::string &flag : splitWords(parts[2], "| ,")) {
      if (flag == "pure")
        fn.pure = true;
      else if (flag == "fails")
        fn.fails = true;
      else if (flag == "nullable")
        nullable = true;
      else if (flag == "zone")
        fn.zone = true;
      else if (flag != "volatile")
        error(attr.getLocation(), "`" + flag + "` is no flag of a function");
    }
    std::string result = spelled(decl->getReturnType());
    fn.status = result == "levada_status";
    unsigned count = decl->getNumParams(), first = 0;
    if (count && spelled(decl->getParamDecl(0)->getType()) == "levada_ctx *")
      fn.context = true, first = 1;
    if (fn.status) {
      QualType out = count ? decl->getParamDecl(count - 1)->getType() : QualType();
      if (!fn.context || out.isNull() || !out->isPointerType())
        return error(decl->getLocation(),
                     "a function that returns levada_status takes levada_ctx * first and an "
                     "out pointer last");
      result = spelled(out->getPointeeType());
      --count;
    } else if (fn.fails || nullable) {
      error(decl->getLocation(), "a function that fails or gives NULL returns levada_status");
    }
    for (unsigned i = first; i < count; ++i) {
      const ParmVarDecl *param = decl->getParamDecl(i);
      std::string type = spelled(param->getType());
      if (llvm::StringRef(type).starts_with("levada_args<")) {
        if (i + 1 != count)
          error(param->getLocation(), "levada_args must come last");
        fn.variadic = true;
      }
      auto translated = translate(param->getLocation(), param->getNameAsString(), type);
      if (!translated)
        return;
      if (!param->getType()->isReferenceType() && !translated->nullable &&
          (translated->pass == "Str" || translated->pass == "I128" ||
           translated->pass == "Decimal" || translated->pass == "Any"))
        error(param->getLocation(), "`" + type + "` is passed by const reference");
      fn.params.push_back(*translated);
    }
    auto translated = translate(decl->getLocation(), "", result);
    if (!translated)
      return;
    fn.result = *translated;
    fn.result.nullable = nullable;
    if (!fn.status && (fn.result.pass == "Str" || fn.result.pass == "I128" ||
                       fn.result.pass == "Decimal" || fn.result.pass == "Any"))
      error(decl->getLocation(), "`" + result + "` is returned through an out pointer");
    if (!applySignature(attr.getLocation(), parts.size() > 3 ? parts[3] : "", fn.params,
                        fn.result, fn.rule))
      return;
    model.functions[fn.symbol] = fn;
  }

  CXXMethodDecl *method(CXXRecordDecl *decl, llvm::StringRef name) {
    for (CXXMethodDecl *candidate : decl->methods())
      if (candidate->getIdentifier() && candidate->getName() == name)
        return candidate;
    for (const CXXBaseSpecifier &base : decl->bases())
      if (CXXRecordDecl *record = base.getType()->getAsCXXRecordDecl())
        if (CXXMethodDecl *found = method(record, name))
          return found;
    return nullptr;
  }

  void readAggregate(CXXRecordDecl *decl, const AnnotateAttr &attr) {
    llvm::SmallVector<llvm::StringRef> parts;
    llvm::StringRef(attr.getAnnotation()).split(parts, '\t');
    Aggregate agg;
    agg.sqlName = parts[1];
    agg.symbol = decl->getNameAsString();
    agg.place = place(decl->getLocation());
    if (!isMain(decl->getLocation()) || model.aggregates.count(agg.symbol))
      return;
    agg.doc = doc(attr, "an aggregate");
    for (const std::string &flag : splitWords(parts[2], " ,")) {
      if (flag == "exact")
        agg.exact = true;
      else if (flag != "ordered")
        error(attr.getLocation(), "`" + flag + "` is no flag of an aggregate");
    }
    CXXMethodDecl *add = method(decl, "add"), *get = method(decl, "get"),
                  *merge = method(decl, "merge");
    if (!add || !get || !merge)
      return error(decl->getLocation(), "an aggregate has the methods add, merge and get");
    if (!context.getTypeDeclType(decl).isTriviallyCopyableType(context))
      return error(decl->getLocation(), "an aggregate must be trivially copyable");
    const ASTRecordLayout &layout = context.getASTRecordLayout(decl);
    agg.size = layout.getSize().getQuantity();
    agg.align = layout.getAlignment().getQuantity();
    for (const ParmVarDecl *param : add->parameters()) {
      std::string type = spelled(param->getType());
      if (type == "levada_ctx *") {
        agg.addContext = true;
        continue;
      }
      auto translated = translate(param->getLocation(), param->getNameAsString(), type);
      if (!translated)
        return;
      agg.cParams.push_back(param->getType()->isReferenceType() ? "const " + type + " &" : type);
      agg.params.push_back(*translated);
    }
    llvm::StringRef signature = parts.size() > 3 ? parts[3].trim() : "";
    if (agg.params.empty() && signature.starts_with("(ANY)"))
      agg.params.push_back({"value", "ANY", "None", false});
    agg.mergeContext = merge->getNumParams() == 2;
    if (CXXMethodDecl *retract = method(decl, "retract")) {
      agg.retracts = true;
      agg.retractContext = retract->getNumParams() > agg.cParams.size();
      if (retract->getNumParams() != agg.cParams.size() + agg.retractContext)
        return error(retract->getLocation(), "retract takes the arguments of add");
    }
    agg.resets = method(decl, "reset") != nullptr;
    agg.cResult = spelled(get->getReturnType());
    if (agg.cResult == "levada_status") {
      agg.getStatus = true;
      agg.getContext = get->getNumParams() == 2;
      agg.cResult = spelled(get->parameters().back()->getType()->getPointeeType());
    }
    agg.archive = readState(context, decl, model);
    agg.fields = readFields(context, decl);
    auto translated = translate(get->getLocation(), "", agg.cResult);
    if (!translated)
      return;
    agg.result = *translated;
    agg.result.nullable = agg.getStatus;
    if (!applySignature(attr.getLocation(), signature, agg.params, agg.result, agg.rule))
      return;
    model.aggregates[agg.symbol] = agg;
  }

  void readConnector(RecordDecl *decl, const AnnotateAttr &attr) {
    llvm::SmallVector<llvm::StringRef> parts;
    llvm::StringRef(attr.getAnnotation()).split(parts, '\t');
    Connector connector;
    connector.format = parts[0] == "levada.format";
    connector.name = parts[1];
    std::string id = connector.name;
    std::replace(id.begin(), id.end(), '-', '_');
    connector.symbol = (connector.format ? "levada_format_" : "levada_connector_") + id;
    connector.place = place(decl->getLocation());
    if (model.connectors.count(connector.symbol))
      return;
    connector.doc = doc(attr, "a connector or format");
    for (const std::string &word : splitWords(parts[2], "| ,")) {
      if (word == (connector.format ? "decodes" : "source"))
        connector.source = true;
      else if (word == (connector.format ? "encodes" : "sink"))
        connector.sink = true;
      else if (word == "bounded" && !connector.format)
        connector.bounded = true;
      else if (word != "none")
        error(attr.getLocation(), "`" + word + "` is no flag of a connector or format");
    }
    connector.metadata = splitWords(parts[3], "|");
    for (const FieldDecl *field : decl->fields())
      for (const auto *option : field->specific_attrs<AnnotateAttr>())
        readOption(field, *option, connector);
    model.connectors[connector.symbol] = connector;
  }

  void readOption(const FieldDecl *field, const AnnotateAttr &attr, Connector &connector) {
    llvm::SmallVector<llvm::StringRef> parts;
    llvm::StringRef(attr.getAnnotation()).split(parts, '\t');
    if (parts.size() < 5 || parts[0] != "levada.option")
      return;
    Option option;
    option.key = parts[1];
    option.defaultValue = parts[3];
    option.values = parts[4];
    option.doc = doc(attr, "an option");
    for (const std::string &flag : splitWords(parts[2], "| ,")) {
      if (flag == "required")
        option.required = true;
      else if (flag == "runtime")
        option.runtime = true;
      else if (flag != "none")
        error(attr.getLocation(), "`" + flag + "` is no flag of an option");
    }
    std::string type = spelled(field->getType());
    for (auto [c, name] : kOptionTypes)
      if (type == c)
        option.type = name;
    if (option.type.empty())
      error(field->getLocation(), "`" + type + "` is no type of an option; see connectors/option.h");
    if ((option.type == "Enum") == option.values.empty())
      error(attr.getLocation(), "a levada_opt_enum, and only that, lists its values");
    connector.options.push_back(option);
  }

  bool isMain(SourceLocation loc) {
    SourceManager &sources = context.getSourceManager();
    return !sources.isInSystemHeader(loc);
  }

  ASTContext &context;
  const std::string &root;
  Model &model;
  PrintingPolicy policy;
};

} // namespace

void read(ASTContext &context, const std::string &root, Model &model) {
  Reader(context, root, model).TraverseDecl(context.getTranslationUnitDecl());
}

} // namespace levada::abigen
