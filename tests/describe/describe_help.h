/// What the tests of descriptions share.
#pragma once

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "etalon/base/error.h"
#include "etalon/nn/describe.h"

namespace etalon {

/// One group that takes everything, so that tests of layers need not think of groups.
inline std::vector<LayerGroup> one_group() { return {{"all", {"conv", "dense"}}}; }

inline std::vector<LayerGroup> one_group_for(const std::vector<std::string>& layers) {
  std::vector<LayerGroup> groups{{"all", {}}};
  int position = 0;
  for (const std::string& layer : layers)
    if (layer.find("conv") != std::string::npos || layer.find("dense") != std::string::npos ||
        layer.starts_with("depthwise"))
      groups[0].selectors.push_back(fmt::format("#{}", ++position));
  return groups;
}

inline NetworkDescription describe_layers(const std::vector<std::string>& layers, TensorShape input,
                                          std::uint32_t classes) {
  return describe_network({"", layers}, one_group_for(layers), input, classes, "study.toml:7");
}

/// The complaint that `layers` meets; an empty one, and a failed test, if they are taken.
inline Complaint complaint_of(const std::vector<std::string>& layers, TensorShape input = {1, 28, 28},
                              std::uint32_t classes = 2) {
  try {
    describe_layers(layers, input, classes);
  } catch (const RequestError& error) {
    return error.complaint();
  }
  ADD_FAILURE() << "was taken";
  return {};
}

}  // namespace etalon
