// Runs the system's C++ compiler.
#pragma once

#include <string>
#include <vector>

namespace standin {

/// A folder of its own that goes with its contents.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  std::string file(const std::string& name) const { return folder_ + "/" + name; }

 private:
  std::string folder_;
};

void writeFile(const std::string& path, const std::string& text);
std::string readFile(const std::string& path);

/// Runs the compiler with arguments; both its outputs go to a file. False if it fails or is not there.
bool compile(const std::vector<std::string>& arguments, const std::string& outputs);

}  // namespace standin
