// Entry points of the driver: modules and kernels. A module is a shared object of the stand-in's compiler.
#include <dlfcn.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fault.h"
#include "image.h"
#include "internal.h"

using namespace standin;

namespace {

using Entry = void (*)(void** arguments, const unsigned* grid, const unsigned* block);

struct Module {
  void* context;
  int file;
  void* object;
  Image image;
  // Launches that wait in a stream.
  std::shared_ptr<int> waiting;
};

struct Function {
  void* module;
  std::string name;
  Entry entry;
};

Registry<Module>& modules() {
  static auto& one = *new Registry<Module>(MODULE);
  return one;
}

Registry<Function>& functions() {
  static auto& one = *new Registry<Function>(FUNCTION);
  return one;
}

// The file stays open while the object is loaded: the loader takes objects of the same name for the same.
bool loadObject(Module& module) {
  module.file = memfd_create("pleas-stand-in-module", MFD_CLOEXEC);
  if (module.file < 0) {
    return false;
  }
  const std::string& bytes = module.image.object;
  std::size_t done = 0;
  while (done < bytes.size()) {
    ssize_t some = write(module.file, bytes.data() + done, bytes.size() - done);
    if (some <= 0) {
      break;
    }
    done += static_cast<std::size_t>(some);
  }
  std::string path = "/proc/self/fd/" + std::to_string(module.file);
  module.object = done == bytes.size() ? dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL) : nullptr;
  if (module.object == nullptr) {
    close(module.file);
  }
  return module.object != nullptr;
}

void unload(void* handle, Module& module) {
  for (auto function = functions().all().begin(); function != functions().all().end();) {
    function = function->second.module == handle ? functions().all().erase(function) : std::next(function);
  }
  dlclose(module.object);
  close(module.file);
  modules().remove(handle);
}

// A CUBIN runs on its own major architecture, from its minor one upwards; PTX on everything newer.
bool runsOn(const Image& image, const DeviceControl& device) {
  int major = image.architecture / 10;
  int minor = image.architecture % 10;
  if (image.ptx) {
    return device.major * 10 + device.minor >= image.architecture;
  }
  return device.major == major && device.minor >= minor;
}

bool sizesAllowed(const Call& call, const unsigned* grid, const unsigned* block, unsigned shared) {
  bool gridAllowed = grid[0] != 0 && grid[1] != 0 && grid[2] != 0 && grid[0] <= 2147483647u && grid[1] <= 65535 &&
                     grid[2] <= 65535;
  bool blockAllowed = block[0] != 0 && block[1] != 0 && block[2] != 0 && block[0] <= 1024 && block[1] <= 1024 &&
                      block[2] <= 64 && std::uint64_t{block[0]} * block[1] * block[2] <= 1024;
  if (!gridAllowed) {
    call.violation("grid of %u x %u x %u", grid[0], grid[1], grid[2]);
  }
  if (!blockAllowed) {
    call.violation("block of %u x %u x %u", block[0], block[1], block[2]);
  }
  if (shared != 0) {
    call.violation("shared memory of %u bytes, which no kernel of the stand-in uses", shared);
  }
  return gridAllowed && blockAllowed && shared == 0;
}

}  // namespace

namespace standin {

int unloadModulesIn(void* context) {
  int count = 0;
  for (auto at = modules().all().begin(); at != modules().all().end();) {
    auto next = std::next(at);
    if (at->second.context == context) {
      unload(at->first, at->second);
      ++count;
    }
    at = next;
  }
  return count;
}

}  // namespace standin

extern "C" {

int cuModuleLoadData(void** handle, const void* data) {
  Call call("cuModuleLoadData");
  if (call.failing()) {
    return OUT_OF_MEMORY;
  }
  if (int status = call.ready()) {
    return status;
  }
  if (!call.given(handle, "module") || !call.given(data, "image")) {
    return INVALID_VALUE;
  }
  Module module{currentContext(), -1, nullptr, {}, std::make_shared<int>(0)};
  if (!decode(static_cast<const char*>(data), module.image)) {
    call.violation("the image is none that the stand-in's compiler made");
    return INVALID_IMAGE;
  }
  // No violation: to try and to be refused is how a caller may find out.
  if (!runsOn(module.image, control().devices[call.device()])) {
    return NO_BINARY_FOR_GPU;
  }
  if (!loadObject(module)) {
    call.violation("the object does not load: %s", dlerror());
    return INVALID_IMAGE;
  }
  modules().add(std::move(module), handle);
  return SUCCESS;
}

int cuModuleUnload(void* handle) {
  Call call("cuModuleUnload");
  int status = call.ready();
  if (status == NOT_INITIALIZED || status == INVALID_CONTEXT || status == CONTEXT_IS_DESTROYED) {
    return status;
  }
  Module* module = modules().find(handle);
  if (module == nullptr || module->context != currentContext()) {
    call.violation("module %p is unknown, unloaded or of another context", handle);
    return INVALID_HANDLE;
  }
  if (*module->waiting != 0) {
    call.violation("%d launches of the module still wait in a stream", *module->waiting);
    runDevice(call.device());
  }
  unload(handle, *module);
  return call.failing() ? static_cast<int>(LAUNCH_FAILED) : status;
}

int cuModuleGetFunction(void** handle, void* moduleHandle, const char* name) {
  Call call("cuModuleGetFunction");
  if (call.failing()) {
    return NOT_FOUND;
  }
  if (int status = call.ready()) {
    return status;
  }
  if (!call.given(handle, "function") || !call.given(name, "name")) {
    return INVALID_VALUE;
  }
  Module* module = modules().find(moduleHandle);
  if (module == nullptr || module->context != currentContext()) {
    call.violation("module %p is unknown, unloaded or of another context", moduleHandle);
    return INVALID_HANDLE;
  }
  void* entry = dlsym(module->object, (std::string("standin_run_") + name).c_str());
  if (entry == nullptr || module->image.kernels.count(name) == 0) {
    call.violation("no kernel %s in the module", name);
    return NOT_FOUND;
  }
  functions().add(Function{moduleHandle, name, reinterpret_cast<Entry>(entry)}, handle);
  return SUCCESS;
}

int cuLaunchKernel(void* handle, unsigned gridX, unsigned gridY, unsigned gridZ, unsigned blockX, unsigned blockY,
                   unsigned blockZ, unsigned shared, void* streamHandle, void** parameters, void** extra) {
  Call call("cuLaunchKernel");
  if (call.failing()) {
    return LAUNCH_FAILED;
  }
  if (int status = call.ready()) {
    return status;
  }
  Function* function = functions().find(handle);
  if (function == nullptr) {
    call.violation("function %p is unknown or its module is unloaded", handle);
    return INVALID_HANDLE;
  }
  Module& module = *modules().find(function->module);
  if (module.context != currentContext()) {
    call.violation("%s belongs to a module of another context", function->name.c_str());
    return INVALID_HANDLE;
  }
  Stream* stream = call.stream(streamHandle);
  if (stream == nullptr) {
    return INVALID_HANDLE;
  }
  struct Sizes {
    unsigned grid[3];
    unsigned block[3];
  } sizes{{gridX, gridY, gridZ}, {blockX, blockY, blockZ}};
  if (extra != nullptr) {
    call.violation("extra is not null: parameters are passed one by one");
    return INVALID_VALUE;
  }
  if (!sizesAllowed(call, sizes.grid, sizes.block, shared)) {
    return INVALID_VALUE;
  }
  const std::vector<Parameter>& wanted = module.image.kernels[function->name];
  if (!wanted.empty() && !call.given(parameters, "kernelParams")) {
    return INVALID_VALUE;
  }

  Work work;
  work.name = call.name();
  // Values are copied here, as the caller may change its own at once.
  std::vector<std::uint64_t> values(wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (parameters[i] == nullptr) {
      call.violation("%s: parameter %zu of %zu is null", function->name.c_str(), i, wanted.size());
      return INVALID_VALUE;
    }
    std::memcpy(&values[i], parameters[i], static_cast<std::size_t>(wanted[i].bytes));
    if (wanted[i].pointer) {
      std::string what = function->name + ", pointer " + std::to_string(i);
      if (!call.span(work.spans, call.device(), what.c_str(), reinterpret_cast<void*>(values[i]), 1, 1)) {
        return ILLEGAL_ADDRESS;
      }
      work.spans.back().what = "pointer of a kernel";
    }
  }
  countFunction(("kernel " + function->name).c_str());
  ++control().devices[call.device()].launches;
  ++*module.waiting;
  work.body = [entry = function->entry, values, sizes, name = function->name, device = call.device()]() mutable {
    std::vector<void*> arguments;
    for (std::uint64_t& value : values) {
      arguments.push_back(&value);
    }
    if (!runGuarded([&] { entry(arguments.data(), sizes.grid, sizes.block); })) {
      recordViolation("cuLaunchKernel", "kernel %s: access to an address that is no memory, or division by zero", name.c_str());
      stick(device, ILLEGAL_ADDRESS);
    }
  };
  // However the work ends, the launch no longer waits.
  work.body = [body = std::move(work.body), guard = std::shared_ptr<int>(module.waiting.get(), [kept = module.waiting](
                                                                                                   int* n) { --*n; })] {
    body();
  };
  enqueue(stream, std::move(work));
  return SUCCESS;
}

}  // extern "C"
