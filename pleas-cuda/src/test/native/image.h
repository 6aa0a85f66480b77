// What the compiler of the stand-in hands to its driver: a shared object with a few lines before it.
//
//   PLEAS-STAND-IN-CUBIN 1
//   architecture 80
//   kernel add p8 p8 v4          (a pointer of 8 bytes, another, a value of 4 bytes)
//   object 16384 1234567890      (bytes and hash of the object, which follows)
//
// What stands for PTX is a line of its own and the same bytes in hexadecimal digits, so that it is text.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace standin {

struct Parameter {
  bool pointer;
  int bytes;
};

struct Image {
  int architecture = 0;
  bool ptx = false;
  std::map<std::string, std::vector<Parameter>> kernels;
  std::string object;
};

constexpr char kCubinLine[] = "PLEAS-STAND-IN-CUBIN 1\n";
constexpr char kPtxLine[] = "// PLEAS-STAND-IN-PTX 1\n";

inline std::uint64_t hashOf(const std::string& bytes) {
  std::uint64_t hash = 14695981039346656037u;
  for (char c : bytes) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  }
  return hash;
}

inline std::string encodeCubin(const Image& image) {
  std::ostringstream text;
  text << kCubinLine << "architecture " << image.architecture << '\n';
  for (const auto& [name, parameters] : image.kernels) {
    text << "kernel " << name;
    for (const Parameter& parameter : parameters) {
      text << ' ' << (parameter.pointer ? 'p' : 'v') << parameter.bytes;
    }
    text << '\n';
  }
  text << "object " << image.object.size() << ' ' << hashOf(image.object) << '\n' << image.object;
  return text.str();
}

inline std::string encodePtx(const std::string& cubin) {
  static const char digits[] = "0123456789abcdef";
  std::string text = kPtxLine;
  for (char c : cubin) {
    text += digits[static_cast<unsigned char>(c) >> 4];
    text += digits[c & 15];
  }
  return text + '\n';
}

// An image comes as a pointer without a length: no byte is read before those ahead of it made sense.
inline bool beginsWith(const char* data, const char* line) { return std::strncmp(data, line, std::strlen(line)) == 0; }

inline bool decodeCubin(const char* data, Image& image) {
  if (!beginsWith(data, kCubinLine)) {
    return false;
  }
  data += std::strlen(kCubinLine);
  while (true) {
    const char* end = std::strchr(data, '\n');
    if (end == nullptr) {
      return false;
    }
    std::istringstream line(std::string(data, end));
    data = end + 1;
    std::string word;
    line >> word;
    if (word == "architecture") {
      line >> image.architecture;
    } else if (word == "kernel") {
      std::string name;
      line >> name;
      std::vector<Parameter>& parameters = image.kernels[name];
      char kind;
      int bytes;
      while (line >> kind >> bytes) {
        parameters.push_back({kind == 'p', bytes});
      }
    } else if (word == "object") {
      std::size_t bytes = 0;
      std::uint64_t hash = 0;
      line >> bytes >> hash;
      image.object.assign(data, bytes);
      return hashOf(image.object) == hash;
    } else {
      return false;
    }
  }
}

inline bool decode(const char* data, Image& image) {
  if (!beginsWith(data, kPtxLine)) {
    return decodeCubin(data, image);
  }
  std::string cubin;
  for (const char* at = data + std::strlen(kPtxLine); at[0] > ' ' && at[1] > ' '; at += 2) {
    const char pair[] = {at[0], at[1], 0};
    cubin += static_cast<char>(std::strtol(pair, nullptr, 16));
  }
  image.ptx = true;
  return decodeCubin(cubin.c_str(), image);
}

}  // namespace standin
