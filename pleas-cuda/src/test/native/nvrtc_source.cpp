#include "nvrtc_source.h"

#include <algorithm>
#include <cctype>
#include <set>

namespace standin {
namespace {

bool wordCharacter(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// Words, strings and single characters. Lines of the preprocessor are left out; it has taken out comments.
std::vector<std::string> tokensOf(const std::string& source) {
  std::vector<std::string> tokens;
  std::size_t i = 0;
  bool lineBegins = true;
  while (i < source.size()) {
    char c = source[i];
    if (c == '\n') {
      lineBegins = true;
      ++i;
    } else if (std::isspace(static_cast<unsigned char>(c)) != 0) {
      ++i;
    } else if (c == '#' && lineBegins) {
      i = std::min(source.find('\n', i), source.size());
    } else {
      lineBegins = false;
      std::size_t end = i + 1;
      if (c == '"' || c == '\'') {
        while (end < source.size() && source[end] != c) {
          end += source[end] == '\\' ? 2 : 1;
        }
        ++end;
      } else if (wordCharacter(c)) {
        while (end < source.size() && wordCharacter(source[end])) {
          ++end;
        }
      }
      tokens.push_back(source.substr(i, end - i));
      i = end;
    }
  }
  return tokens;
}

bool startsWith(const std::string& word, const char* prefix) { return word.rfind(prefix, 0) == 0; }

// Threads run one after the other and alone: what lets them meet cannot be run, and what the real compiler
// does not know must not pass here.
const char* whyRefused(const std::string& word) {
  if (startsWith(word, "__syncthreads") || word == "__syncwarp" || word == "__shared__" || startsWith(word, "atomic") ||
      startsWith(word, "__shfl") || startsWith(word, "__ballot") || startsWith(word, "__any") ||
      startsWith(word, "__all") || startsWith(word, "__reduce_") || word == "__activemask") {
    return "threads that meet are not run by the stand-in";
  }
  if (word == "__constant__" || word == "__managed__" || word == "asm") {
    return "not run by the stand-in";
  }
  static const std::set<std::string> absent = {"std",      "int8_t",   "int16_t",  "int32_t", "int64_t",
                                               "uint8_t",  "uint16_t", "uint32_t", "uint64_t", "uint",
                                               "ulong",    "malloc",   "rand",     "INT_MAX",  "FLT_MAX"};
  if (absent.count(word) != 0) {
    return "NVRTC has no headers of the standard library";
  }
  return nullptr;
}

int sizeOf(const std::string& type) {
  static const std::map<std::string, int> sizes = {
      {"bool", 1}, {"char", 1}, {"signed char", 1}, {"unsigned char", 1}, {"short", 2}, {"unsigned short", 2},
      {"int", 4}, {"unsigned", 4}, {"unsigned int", 4}, {"float", 4}, {"long", 8}, {"unsigned long", 8},
      {"long long", 8}, {"unsigned long long", 8}, {"size_t", 8}, {"double", 8}};
  auto found = sizes.find(type);
  return found == sizes.end() ? 0 : found->second;
}

bool readParameter(std::vector<std::string> words, KernelParameter& parameter) {
  auto dropped = [](const std::string& word) { return word == "__restrict__" || word == "const" || word == "__restrict"; };
  bool pointer = std::find(words.begin(), words.end(), "*") != words.end();
  bool constant = !words.empty() && words.front() == "const";
  words.erase(std::remove_if(words.begin(), words.end(), dropped), words.end());
  if (words.size() < 2 || words.back() == "*") {
    return false;
  }
  words.pop_back();  // the name
  std::string type;
  for (const std::string& word : words) {
    type += (type.empty() || word == "*" ? "" : " ") + word;
  }
  parameter.type = (constant ? "const " : "") + type;
  parameter.layout = {pointer, pointer ? 8 : sizeOf(type)};
  return parameter.layout.bytes != 0;
}

// Reads one kernel from behind __global__, up to the end of its parameters.
void readKernel(const std::vector<std::string>& tokens, std::size_t at, Source& source) {
  bool named = at >= 3 && tokens[at - 2] == "extern" && tokens[at - 1] == "\"C\"";
  std::size_t i = at + 1;
  std::string name;
  while (i < tokens.size() && tokens[i] != "{" && tokens[i] != ";") {
    if (tokens[i] == "__launch_bounds__") {
      while (i < tokens.size() && tokens[i] != ")") {
        ++i;
      }
    } else if (tokens[i] == "(") {
      break;
    } else {
      name = tokens[i];
    }
    ++i;
  }
  if (!named) {
    source.errors += "error: kernel " + name + " is not declared as extern \"C\" __global__ void\n";
  }
  if (i >= tokens.size() || tokens[i] != "(") {
    source.errors += "error: no parameters after __global__ " + name + "\n";
    return;
  }
  std::vector<KernelParameter> parameters;
  std::vector<std::string> words;
  for (++i; i < tokens.size(); ++i) {
    bool last = tokens[i] == ")";
    if (!last && tokens[i] != ",") {
      words.push_back(tokens[i]);
      continue;
    }
    if (!(last && parameters.empty() && words.empty())) {
      KernelParameter parameter;
      if (!readParameter(words, parameter)) {
        source.errors += "error: parameter " + std::to_string(parameters.size()) + " of kernel " + name +
                         " is of no type that the stand-in knows\n";
      }
      parameters.push_back(parameter);
      words.clear();
    }
    if (last) {
      break;
    }
  }
  if (!source.kernels.emplace(name, parameters).second) {
    source.errors += "error: kernel " + name + " is defined twice\n";
  }
}

}  // namespace

Source readSource(const std::string& preprocessed) {
  Source source;
  // A token in front lets every look-behind find something.
  std::vector<std::string> tokens = tokensOf(";" + preprocessed);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i] == "__global__") {
      readKernel(tokens, i, source);
    } else if (const char* why = whyRefused(tokens[i])) {
      source.errors += "error: " + tokens[i] + ": " + why + "\n";
    }
  }
  return source;
}

std::string prelude() {
  return R"(
// Not <cmath>: with this one, sqrt, abs and the others have overloads for float outside of std, as on a device.
#include <math.h>
// NVRTC knows none of these: a source that uses them must not compile here either.
#undef INFINITY
#undef NAN
#undef HUGE_VAL
#undef HUGE_VALF
#undef M_PI
#undef M_E
#undef M_SQRT2
#undef M_SQRT1_2
#define __global__
#define __device__
#define __host__
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))
#define __launch_bounds__(...)
struct uint3 { unsigned x, y, z; };
struct dim3 { unsigned x, y, z; };
static uint3 threadIdx, blockIdx;
static dim3 blockDim, gridDim;
static const int warpSize = 32;
#define STANDIN_BOTH(type) \
  static inline type min(type a, type b) { return b < a ? b : a; } \
  static inline type max(type a, type b) { return a < b ? b : a; }
STANDIN_BOTH(int)
STANDIN_BOTH(unsigned)
STANDIN_BOTH(long)
STANDIN_BOTH(unsigned long)
STANDIN_BOTH(long long)
STANDIN_BOTH(unsigned long long)
static inline float min(float a, float b) { return fminf(a, b); }
static inline float max(float a, float b) { return fmaxf(a, b); }
static inline double min(double a, double b) { return fmin(a, b); }
static inline double max(double a, double b) { return fmax(a, b); }
static inline float rsqrtf(float x) { return 1.0f / sqrtf(x); }
static inline double rsqrt(double x) { return 1.0 / sqrt(x); }
static inline float __fmaf_rn(float a, float b, float c) { return fmaf(a, b, c); }
static inline double __fma_rn(double a, double b, double c) { return fma(a, b, c); }
static inline float __fadd_rn(float a, float b) { return a + b; }
static inline float __fsub_rn(float a, float b) { return a - b; }
static inline float __fmul_rn(float a, float b) { return a * b; }
static inline float __fdiv_rn(float a, float b) { return a / b; }
static inline float __fsqrt_rn(float x) { return sqrtf(x); }
static inline float __frcp_rn(float x) { return 1.0f / x; }
static inline double __dadd_rn(double a, double b) { return a + b; }
static inline double __dsub_rn(double a, double b) { return a - b; }
static inline double __dmul_rn(double a, double b) { return a * b; }
static inline double __ddiv_rn(double a, double b) { return a / b; }
static inline double __dsqrt_rn(double x) { return sqrt(x); }
// The C library has these two names for itself.
#define __expf expf
#define __logf logf
static inline float __double2float_rn(double x) { return (float) x; }
static inline float __int2float_rn(int x) { return (float) x; }
static inline float __saturatef(float x) { return x > 0.0f ? (x < 1.0f ? x : 1.0f) : 0.0f; }
// Conversions saturate on a device, and NaN becomes zero; in C++ neither is defined.
static inline int standinToInt(double x) {
  return x != x ? 0 : x >= 2147483647.0 ? 2147483647 : x <= -2147483648.0 ? -2147483647 - 1 : (int) x;
}
static inline int __float2int_rn(float x) { return standinToInt(nearbyint((double) x)); }
static inline int __float2int_rz(float x) { return standinToInt((double) x); }
static inline int __float2int_rd(float x) { return standinToInt(floor((double) x)); }
static inline int __float2int_ru(float x) { return standinToInt(ceil((double) x)); }
static inline int __double2int_rn(double x) { return standinToInt(nearbyint(x)); }
template <class To, class From> static inline To standinBits(From from) {
  To to;
  static_assert(sizeof to == sizeof from, "bits of one size");
  __builtin_memcpy(&to, &from, sizeof to);
  return to;
}
static inline int __float_as_int(float x) { return standinBits<int>(x); }
static inline float __int_as_float(int x) { return standinBits<float>(x); }
static inline unsigned __float_as_uint(float x) { return standinBits<unsigned>(x); }
static inline float __uint_as_float(unsigned x) { return standinBits<float>(x); }
static inline long long __double_as_longlong(double x) { return standinBits<long long>(x); }
static inline double __longlong_as_double(long long x) { return standinBits<double>(x); }
template <class T> static inline T __ldg(const T* at) { return *at; }
)";
}

std::string entries(const Source& source) {
  std::string text = "\n";
  for (const auto& [name, parameters] : source.kernels) {
    std::string arguments;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      arguments += (i == 0 ? "*(" : ", *(") + parameters[i].type + "*) arguments[" + std::to_string(i) + "]";
    }
    // From the last thread to the first: the order is nobody's business, and this one is the least expected.
    text += "extern \"C\" void standin_run_" + name +
            "(void** arguments, const unsigned* grid, const unsigned* block) {\n"
            "  (void) arguments;\n"
            "  gridDim = {grid[0], grid[1], grid[2]};\n"
            "  blockDim = {block[0], block[1], block[2]};\n"
            "  for (unsigned bz = grid[2]; bz-- > 0;)\n"
            "    for (unsigned by = grid[1]; by-- > 0;)\n"
            "      for (unsigned bx = grid[0]; bx-- > 0;)\n"
            "        for (unsigned tz = block[2]; tz-- > 0;)\n"
            "          for (unsigned ty = block[1]; ty-- > 0;)\n"
            "            for (unsigned tx = block[0]; tx-- > 0;) {\n"
            "              blockIdx = {bx, by, bz};\n"
            "              threadIdx = {tx, ty, tz};\n"
            "              " +
            name + "(" + arguments + ");\n            }\n}\n";
  }
  return text;
}

}  // namespace standin
