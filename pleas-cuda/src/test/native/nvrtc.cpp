// Entry points of NVRTC: kernels are compiled as C++ by the system's compiler.
#include <algorithm>
#include <cstring>

#include "compiler.h"
#include "core.h"
#include "nvrtc_source.h"

using namespace standin;

namespace {

enum CompilerStatus {
  RTC_SUCCESS = 0,
  RTC_OUT_OF_MEMORY = 1,
  RTC_PROGRAM_CREATION_FAILURE = 2,
  RTC_INVALID_INPUT = 3,
  RTC_INVALID_PROGRAM = 4,
  RTC_INVALID_OPTION = 5,
  RTC_COMPILATION = 6,
  RTC_INTERNAL_ERROR = 11
};

const int kArchitectures[] = {50, 52, 53, 60, 61, 62, 70, 72, 75, 80, 86, 87, 89, 90};

struct Program {
  std::string name;
  std::string source;
  std::string cubin;
  std::string ptx;
  std::string log;
};

Registry<Program>& programs() {
  static auto& one = *new Registry<Program>(PROGRAM);
  return one;
}

Program* program(const Call& call, void* handle) {
  Program* found = programs().find(handle);
  if (found == nullptr) {
    call.violation("program %p is unknown or destroyed", handle);
  }
  return found;
}

// What the options ask for; an empty complaint if all are allowed.
struct Options {
  int architecture = 52;
  bool real = false;
  std::string complaint;
};

Options readOptions(int count, const char* const* texts) {
  Options options;
  for (int i = 0; i < count; ++i) {
    std::string text = texts[i] == nullptr ? "" : texts[i];
    const std::string architecture = "--gpu-architecture=";
    if (text == "--fmad=false" || text == "--std=c++17" || text == "-default-device") {
      continue;
    }
    bool known = false;
    if (text.rfind(architecture, 0) == 0) {
      std::string value = text.substr(architecture.size());
      for (int candidate : kArchitectures) {
        bool real = value == "sm_" + std::to_string(candidate);
        if (real || value == "compute_" + std::to_string(candidate)) {
          options.architecture = candidate;
          options.real = real;
          known = true;
        }
      }
      if (!known) {
        options.complaint += "nvrtc: error: invalid value for --gpu-architecture (-arch): " + value + "\n";
      }
    } else {
      options.complaint += "nvrtc: error: unrecognized option " + text + " found\n";
    }
  }
  return options;
}

// Compiles the source of a program into its object. The real source is what is compiled: the stand-in only
// puts text before and behind it.
bool build(Program& program, const Options& options, Image& image) {
  Scratch scratch;
  std::string own = "#line 1 \"" + program.name + "\"\n" + program.source + "\n";
  std::vector<std::string> common = {"-std=c++17", "-D__CUDACC__=1", "-D__CUDACC_RTC__=1",
                                     "-D__CUDA_ARCH__=" + std::to_string(10 * options.architecture)};
  auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), common.begin(), common.end());
    return more;
  };

  writeFile(scratch.file("own.cpp"), own);
  // Without any folder for headers, as NVRTC is.
  bool read = compile(with({"-E", "-nostdinc", scratch.file("own.cpp"), "-o", scratch.file("own.ii")}),
                      scratch.file("log"));
  program.log = readFile(scratch.file("log"));
  if (!read) {
    program.log += "error: the source does not pass the preprocessor, or there is no c++\n";
    return false;
  }
  Source source = readSource(readFile(scratch.file("own.ii")));
  program.log += source.errors;
  if (!source.errors.empty()) {
    return false;
  }

  writeFile(scratch.file("all.cpp"), prelude() + own + "#line 1 \"entries\"\n" + entries(source));
  bool compiled = compile(with({"-O2", "-fPIC", "-shared", "-w", "-ffp-contract=off", "-fno-strict-aliasing",
                                "-fno-math-errno", "-fno-gnu-unique", scratch.file("all.cpp"), "-o",
                                scratch.file("all.so")}),
                          scratch.file("log"));
  program.log += readFile(scratch.file("log"));
  if (!compiled) {
    return false;
  }
  image.architecture = options.architecture;
  image.object = readFile(scratch.file("all.so"));
  for (const auto& [name, parameters] : source.kernels) {
    std::vector<Parameter>& layouts = image.kernels[name];
    for (const KernelParameter& parameter : parameters) {
      layouts.push_back(parameter.layout);
    }
  }
  return true;
}

// A sweep over failing calls compiles the same source again and again: once is enough.
std::map<std::string, Program>& compiledBefore() {
  static auto& one = *new std::map<std::string, Program>;
  return one;
}

int copyOut(const Call& call, void* handle, char* to, const char* what, std::string Program::*from, bool terminated) {
  if (call.failing()) {
    return RTC_INTERNAL_ERROR;
  }
  Program* found = program(call, handle);
  if (found == nullptr) {
    return RTC_INVALID_PROGRAM;
  }
  const std::string& text = found->*from;
  if (!call.given(to, what)) {
    return RTC_INVALID_INPUT;
  }
  std::memcpy(to, text.c_str(), text.size() + (terminated ? 1 : 0));
  return RTC_SUCCESS;
}

int sizeOut(const Call& call, void* handle, std::size_t* size, std::string Program::*of, bool terminated) {
  if (call.failing()) {
    return RTC_INTERNAL_ERROR;
  }
  Program* found = program(call, handle);
  if (found == nullptr) {
    return RTC_INVALID_PROGRAM;
  }
  if (!call.given(size, "size")) {
    return RTC_INVALID_INPUT;
  }
  *size = (found->*of).size() + (terminated ? 1 : 0);
  return RTC_SUCCESS;
}

}  // namespace

extern "C" {

const char* nvrtcGetErrorString(int status) {
  switch (status) {
    case RTC_SUCCESS: return "NVRTC_SUCCESS";
    case RTC_OUT_OF_MEMORY: return "NVRTC_ERROR_OUT_OF_MEMORY";
    case RTC_PROGRAM_CREATION_FAILURE: return "NVRTC_ERROR_PROGRAM_CREATION_FAILURE";
    case RTC_INVALID_INPUT: return "NVRTC_ERROR_INVALID_INPUT";
    case RTC_INVALID_PROGRAM: return "NVRTC_ERROR_INVALID_PROGRAM";
    case RTC_INVALID_OPTION: return "NVRTC_ERROR_INVALID_OPTION";
    case RTC_COMPILATION: return "NVRTC_ERROR_COMPILATION";
    case RTC_INTERNAL_ERROR: return "NVRTC_ERROR_INTERNAL_ERROR";
    default: return "NVRTC_ERROR unknown";
  }
}

int nvrtcVersion(int* major, int* minor) {
  Call call("nvrtcVersion");
  if (call.failing()) {
    return RTC_INTERNAL_ERROR;
  }
  if (!call.given(major, "major") || !call.given(minor, "minor")) {
    return RTC_INVALID_INPUT;
  }
  *major = 12;
  *minor = 6;
  return RTC_SUCCESS;
}

int nvrtcGetNumSupportedArchs(int* count) {
  Call call("nvrtcGetNumSupportedArchs");
  if (call.failing()) {
    return RTC_INTERNAL_ERROR;
  }
  if (!call.given(count, "count")) {
    return RTC_INVALID_INPUT;
  }
  *count = static_cast<int>(std::size(kArchitectures));
  return RTC_SUCCESS;
}

int nvrtcGetSupportedArchs(int* architectures) {
  Call call("nvrtcGetSupportedArchs");
  if (call.failing()) {
    return RTC_INTERNAL_ERROR;
  }
  if (!call.given(architectures, "architectures")) {
    return RTC_INVALID_INPUT;
  }
  std::copy(std::begin(kArchitectures), std::end(kArchitectures), architectures);
  return RTC_SUCCESS;
}

int nvrtcCreateProgram(void** handle, const char* source, const char* name, int headers, const char* const*,
                       const char* const*) {
  Call call("nvrtcCreateProgram");
  if (call.failing()) {
    return RTC_PROGRAM_CREATION_FAILURE;
  }
  if (!call.given(handle, "program") || !call.given(source, "source")) {
    return RTC_INVALID_INPUT;
  }
  if (headers != 0) {
    call.violation("%d headers are given, which the stand-in does not read", headers);
    return RTC_INVALID_INPUT;
  }
  programs().add(Program{name == nullptr ? "default_program" : name, source, "", "", ""}, handle);
  return RTC_SUCCESS;
}

int nvrtcDestroyProgram(void** handle) {
  Call call("nvrtcDestroyProgram");
  if (!call.given(handle, "program")) {
    return RTC_INVALID_INPUT;
  }
  if (program(call, *handle) == nullptr) {
    return RTC_INVALID_PROGRAM;
  }
  programs().remove(*handle);
  *handle = nullptr;
  return call.failing() ? RTC_INTERNAL_ERROR : RTC_SUCCESS;
}

int nvrtcCompileProgram(void* handle, int count, const char* const* texts) {
  Call call("nvrtcCompileProgram");
  Program* found = program(call, handle);
  if (found == nullptr) {
    return RTC_INVALID_PROGRAM;
  }
  if (call.failing()) {
    found->log = "error: the stand-in was asked to fail\n";
    return RTC_COMPILATION;
  }
  if (count < 0 || (count > 0 && !call.given(texts, "options"))) {
    return RTC_INVALID_INPUT;
  }
  Options options = readOptions(count, texts);
  if (!options.complaint.empty()) {
    found->log = options.complaint;
    return RTC_INVALID_OPTION;
  }
  std::string key = std::to_string(options.architecture) + (options.real ? "r " : "v ") + found->name + '\n' + found->source;
  auto before = compiledBefore().find(key);
  if (before != compiledBefore().end()) {
    *found = before->second;
    return RTC_SUCCESS;
  }
  Image image;
  if (!build(*found, options, image)) {
    return RTC_COMPILATION;
  }
  std::string cubin = encodeCubin(image);
  found->ptx = encodePtx(cubin);
  found->cubin = options.real ? cubin : "";
  compiledBefore().emplace(key, *found);
  return RTC_SUCCESS;
}

int nvrtcGetCUBINSize(void* handle, std::size_t* size) {
  Call call("nvrtcGetCUBINSize");
  return sizeOut(call, handle, size, &Program::cubin, false);
}

int nvrtcGetCUBIN(void* handle, char* cubin) {
  Call call("nvrtcGetCUBIN");
  return copyOut(call, handle, cubin, "cubin", &Program::cubin, false);
}

int nvrtcGetPTXSize(void* handle, std::size_t* size) {
  Call call("nvrtcGetPTXSize");
  return sizeOut(call, handle, size, &Program::ptx, true);
}

int nvrtcGetPTX(void* handle, char* ptx) {
  Call call("nvrtcGetPTX");
  return copyOut(call, handle, ptx, "ptx", &Program::ptx, true);
}

int nvrtcGetProgramLogSize(void* handle, std::size_t* size) {
  Call call("nvrtcGetProgramLogSize");
  return sizeOut(call, handle, size, &Program::log, true);
}

int nvrtcGetProgramLog(void* handle, char* log) {
  Call call("nvrtcGetProgramLog");
  return copyOut(call, handle, log, "log", &Program::log, true);
}

}  // extern "C"
