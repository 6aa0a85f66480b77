#include "compiler.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

extern char** environ;

namespace standin {

Scratch::Scratch() {
  std::error_code ignored;
  std::string pattern = (std::filesystem::temp_directory_path(ignored) / "pleas-stand-in-XXXXXX").string();
  folder_ = mkdtemp(pattern.data()) == nullptr ? "" : pattern;
}

Scratch::~Scratch() {
  std::error_code ignored;
  if (!folder_.empty()) {
    std::filesystem::remove_all(folder_, ignored);
  }
}

void writeFile(const std::string& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

std::string readFile(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

bool compile(const std::vector<std::string>& arguments, const std::string& outputs) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, outputs.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  int status = -1;
  for (const char* compiler : {"c++", "g++"}) {
    std::vector<char*> words{const_cast<char*>(compiler)};
    for (const std::string& argument : arguments) {
      words.push_back(const_cast<char*>(argument.c_str()));
    }
    words.push_back(nullptr);
    pid_t child;
    if (posix_spawnp(&child, compiler, &actions, nullptr, words.data(), environ) == 0) {
      while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
      }
      break;
    }
  }
  posix_spawn_file_actions_destroy(&actions);
  return status == 0;
}

}  // namespace standin
