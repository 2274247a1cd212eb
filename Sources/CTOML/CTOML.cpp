// The edge between toml++ and Swift: C++ objects and exceptions stay on this side, positions and values cross as JSON.

// Deeper nesting has no use in a configuration, and the parser recurses once a level.
#define TOML_MAX_NESTED_VALUES 32

// toml++ 3.3 asserts, or in a release build assumes, that a table header begins like a key: "[%" is then an abort or
// undefined. Its assertions become an exception that is caught below.
namespace {
struct BrokenAssertion {};
} // namespace
#undef NDEBUG
#define TOML_ASSERT(expression) ((expression) ? static_cast<void>(0) : throw BrokenAssertion{})

#include "CTOML.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <string>
#include <string_view>
#include <toml++/toml.h>
#include <vector>

#pragma clang diagnostic ignored "-Wnullability-completeness"

namespace {

constexpr size_t deepestNode = 40;
constexpr size_t mostKeyParts = 64;

/// Where the string or comment that begins at `at` ends; the place behind it. Nothing begins there: `at`.
size_t behindText(std::string_view text, size_t at) {
  char first = text[at];
  if (first == '#') return std::min(text.find('\n', at), text.size());
  if (first != '"' && first != '\'') return at;
  bool isLong = text.compare(at, 3, std::string(3, first)) == 0;
  for (size_t place = at + (isLong ? 3 : 1); place < text.size(); ++place) {
    char c = text[place];
    if (c == '\\' && first == '"') {
      ++place;
    } else if (c == '\n' && !isLong) {
      return place;
    } else if (c == first && !isLong) {
      return place + 1;
    } else if (c == first && text.compare(place, 3, std::string(3, first)) == 0) {
      // One or two more are the text's own end.
      for (place += 3; place < text.size() && text[place] == first; ++place) {}
      return place;
    }
  }
  return text.size();
}

/// The first line whose key has more dotted parts than any configuration needs; 0 when there is none.
/// toml++ bounds nested values but not dotted keys, and its tables are destroyed recursively: `a.a.a…` a million times
/// would end the process. Dots are counted between two separators, and those of strings and comments are nobody's.
size_t lineOfTooLongKey(std::string_view text) {
  size_t line = 1, parts = 0;
  char last = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    size_t end = behindText(text, at);
    if (end > at) {
      for (; at < end; ++at) line += text[at] == '\n';
      --at;
      last = '"';
      continue;
    }
    char c = text[at];
    switch (c) {
    case '\n': ++line; parts = 0; last = 0; break;
    case '=': case ',': case '{': case '}': parts = 0; last = 0; break;
    case ' ': case '\t': break;
    case '.':
      if (last != '.' && ++parts > mostKeyParts) return line;
      last = c;
      break;
    default: last = c;
    }
  }
  return 0;
}

class Writer {
public:
  std::string out;

  void string(std::string_view text) {
    static const char hex[] = "0123456789abcdef";
    out += '"';
    for (char character : text) {
      auto c = static_cast<unsigned char>(character);
      if (c == '"' || c == '\\') {
        out += '\\';
        out += character;
      } else if (c < 0x20 || c == 0x7f) {
        out += "\\u00";
        out += hex[c >> 4];
        out += hex[c & 15];
      } else {
        out += character;
      }
    }
    out += '"';
  }

  void position(toml::source_position at) {
    out += ",\"line\":" + std::to_string(at.line) + ",\"column\":" + std::to_string(at.column);
  }

  void text(const char *type, toml::source_position at, std::string_view value) {
    head(type, at);
    out += ",\"text\":";
    string(value);
    out += '}';
  }

  /// False when the tree is deeper than a configuration can need.
  bool node(const toml::node &node, size_t depth) {
    if (depth > deepestNode) return false;
    auto at = node.source().begin;
    switch (node.type()) {
    case toml::node_type::string: text("string", at, node.ref<std::string>()); return true;
    case toml::node_type::integer:
      head("integer", at);
      out += ",\"integer\":" + std::to_string(node.ref<int64_t>()) + "}";
      return true;
    case toml::node_type::boolean:
      head("boolean", at);
      out += node.ref<bool>() ? ",\"boolean\":true}" : ",\"boolean\":false}";
      return true;
    case toml::node_type::floating_point: streamed("float", at, node.ref<double>()); return true;
    case toml::node_type::date: streamed("date", at, node.ref<toml::date>()); return true;
    case toml::node_type::time: streamed("time", at, node.ref<toml::time>()); return true;
    case toml::node_type::date_time: streamed("datetime", at, node.ref<toml::date_time>()); return true;
    case toml::node_type::array: {
      head("array", at);
      out += ",\"items\":[";
      bool first = true;
      for (const auto &item : *node.as_array()) {
        if (!first) out += ',';
        first = false;
        if (!this->node(item, depth + 1)) return false;
      }
      out += "]}";
      return true;
    }
    case toml::node_type::table: {
      head("table", at);
      out += ",\"entries\":[";
      bool first = true;
      for (const auto &[key, value] : *node.as_table()) {
        if (!first) out += ',';
        first = false;
        out += "{\"key\":";
        string(key.str());
        position(key.source().begin);
        out += ",\"value\":";
        if (!this->node(value, depth + 1)) return false;
        out += '}';
      }
      out += "]}";
      return true;
    }
    case toml::node_type::none: break;
    }
    return false;
  }

private:
  void head(const char *type, toml::source_position at) {
    out += "{\"type\":\"";
    out += type;
    out += '"';
    position(at);
  }

  template <typename Value> void streamed(const char *type, toml::source_position at, const Value &value) {
    std::ostringstream stream;
    stream << value;
    text(type, at, stream.str());
  }
};

std::string failure(size_t line, size_t column, std::string_view message) {
  Writer writer;
  writer.out = "{\"error\":{\"line\":" + std::to_string(line) + ",\"column\":" + std::to_string(column) + ",\"message\":";
  writer.string(message);
  writer.out += "}}";
  return writer.out;
}

/// How many lines of the text toml++ can look at before its assertion breaks: every longer prefix breaks it too.
size_t linesBeforeBrokenAssertion(std::string_view text) {
  std::vector<size_t> ends;
  for (size_t at = 0; at < text.size(); ++at)
    if (text[at] == '\n') ends.push_back(at);
  size_t good = 0, bad = ends.size() + 1;
  while (bad - good > 1) {
    size_t middle = good + (bad - good) / 2;
    try {
      (void)toml::parse(text.substr(0, ends[middle - 1]));
      good = middle;
    } catch (const toml::parse_error &) {
      good = middle;
    } catch (const BrokenAssertion &) {
      bad = middle;
    }
  }
  return good;
}

std::string parse(std::string_view text) {
  if (size_t line = lineOfTooLongKey(text)) return failure(line, 1, "a key has more than 64 dotted parts");
  try {
    toml::table root = toml::parse(text);
    Writer writer;
    writer.out = "{\"root\":";
    if (!writer.node(root, 0)) return failure(1, 1, "tables are nested more than 40 deep");
    writer.out += '}';
    return writer.out;
  } catch (const toml::parse_error &error) {
    return failure(error.source().begin.line, error.source().begin.column, error.description());
  } catch (const BrokenAssertion &) {
    return failure(linesBeforeBrokenAssertion(text) + 1, 1, "expected a key, a [section] or a [[section]]");
  }
}

} // namespace

extern "C" char *postern_toml_parse(const char *bytes, size_t count) {
  try {
    std::string json = parse(std::string_view(bytes, count));
    char *copy = static_cast<char *>(std::malloc(json.size() + 1));
    if (copy) std::memcpy(copy, json.c_str(), json.size() + 1);
    return copy;
  } catch (...) {
    return nullptr;
  }
}

extern "C" void postern_toml_free(char *text) { std::free(text); }
