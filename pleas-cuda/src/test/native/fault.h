// Runs kernels so that a wild access is an error of the device and not the end of the process.
#pragma once

#include <functional>

namespace standin {

/// False if the body touched an address that is no memory, or divided by zero; what it had done until then stays.
bool runGuarded(const std::function<void()>& body);

}  // namespace standin
