// Reads the source of kernels and writes the C++ that runs them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "image.h"

namespace standin {

struct KernelParameter {
  std::string type;
  Parameter layout;
};

struct Source {
  std::map<std::string, std::vector<KernelParameter>> kernels;
  /// What is wrong, one line each; empty if the source may be compiled.
  std::string errors;
};

/// Finds the kernels in preprocessed source, and what the stand-in cannot run.
Source readSource(const std::string& preprocessed);

/// What stands before the source: the words and functions of device code.
std::string prelude();

/// What stands after it: one entry for every kernel, which runs all its threads one after the other.
std::string entries(const Source& source);

}  // namespace standin
