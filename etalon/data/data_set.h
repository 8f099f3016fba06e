/// Labelled images in memory. Immutable once opened, and shared between threads.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace etalon {

struct ImageShape {
  std::uint32_t channels = 0, height = 0, width = 0;
  std::uint32_t size() const { return channels * height * width; }
  bool operator==(const ImageShape&) const = default;
};

struct LabelledImages {
  std::vector<std::uint8_t> pixels;  ///< [n][c][y][x]
  std::vector<std::uint8_t> labels;  ///< [n], each < classes
  std::uint32_t count() const { return static_cast<std::uint32_t>(labels.size()); }
};

struct DataSet {
  std::string name;    ///< "mnist"
  std::string source;  ///< as it was asked for: "mnist:DIR"
  ImageShape shape;
  std::uint32_t classes = 0;             ///< 2 .. 256
  std::vector<std::string> class_names;  ///< [class]; empty where the format has none
  LabelledImages training;
  LabelledImages test;
  std::string fingerprint;  ///< SHA-256 over shape, classes, pixels and labels of both parts
};

}  // namespace etalon
