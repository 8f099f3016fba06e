// What the fuzzers check, on a few hundred inputs that are the same every time. `make fuzz` searches for
// more.
#include <algorithm>

#include <gtest/gtest.h>

#include "etalon/nn/network_plan.h"
#include "fuzz/kernel_checks.h"
#include "fuzz/reader_checks.h"
#include "tests/data/made_files.h"

namespace etalon::fuzz {
namespace {

Bytes any_bytes(std::uint64_t seed, std::uint32_t count) {
  RandomSequence random({.study_seed = seed});
  Bytes bytes;
  for (std::uint32_t k = 0; k < count; ++k) bytes.push_back(static_cast<std::uint8_t>(random.below(256)));
  return bytes;
}

TEST(Fuzz, decodes_networks_of_every_kind) {
  std::string all;
  for (std::uint64_t seed = 0; seed < 1000; ++seed)
    all += to_text(decode_network(any_bytes(seed, 50))) + "\n";
  for (const char* kind : {"conv", "dense", "maxpool", "avgpool", "relu", "tanh", "dropout", "batchnorm",
                           "add", "gap", "depthwise", "groups", "gelu", "adamw", " 0/256", "3 threads"})
    EXPECT_NE(all.find(kind), std::string::npos) << kind;
  EXPECT_EQ(decode_network({}).layers, std::vector<std::string>{"dense 4"});
}

TEST(Fuzz, winograd_and_forks_are_among_its_networks) {
  int by_winograd = 0, forked = 0;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    const NetworkCase made = decode_network(any_bytes(seed, 50));
    const NetworkPlan plan(made.network, {.batch = made.batch});
    const auto any = [&](const auto& is) { return std::ranges::any_of(plan.layers(), is) ? 1 : 0; };
    by_winograd += any([](const LayerPlan& layer) { return layer.winograd != nullptr; });
    forked += any([](const LayerPlan& layer) { return layer.kind == StepKind::fork; });
  }
  EXPECT_GT(by_winograd, 20);
  EXPECT_GT(forked, 20);
}

TEST(Fuzz, special_numbers_are_among_theirs) {
  NetworkCase made = decode_network({});
  made.special_share = 128;
  Numbers wild(made, Wildness::anything, 0), tame(made, Wildness::finite, 0);
  int not_finite = 0, zeros = 0;
  for (int k = 0; k < 1000; ++k) {
    not_finite += !std::isfinite(wild.draw(1));
    const float number = tame.draw(1);
    ASSERT_TRUE(std::isfinite(number));
    zeros += number == 0;
  }
  EXPECT_GT(not_finite, 50);
  EXPECT_GT(zeros, 50);
}

TEST(Fuzz, every_width_gives_the_bits_of_one_lane) {
  for (std::uint64_t seed = 0; seed < 25; ++seed) {
    const NetworkCase made = decode_network(any_bytes(seed, 20 + seed % 30));
    ASSERT_EQ(difference_between_sets(made), "") << to_text(made);
  }
}

TEST(Fuzz, one_lane_gives_the_bits_of_nested_loops) {
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    const NetworkCase made = decode_network(any_bytes(1000 + seed, 20 + seed % 30));
    ASSERT_EQ(difference_from_nested_loops(made), "") << to_text(made);
  }
}

TEST(Fuzz, winograd_gives_the_direct_sums) {
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    const NetworkCase made = decode_network(any_bytes(2000 + seed, 20 + seed % 30));
    ASSERT_EQ(difference_of_winograd(made), "") << to_text(made);
  }
}

/// Files that can be read, in the form that read_bytes_as_files cuts.
std::vector<Bytes> readable_files() {
  const Bytes images = idx_bytes(0x803, {3, 2, 2}, any_bytes(1, 12)),
              labels = idx_bytes(0x801, {3}, {0, 1, 1});
  Bytes idx{0};
  for (const Bytes& file : {images, labels, images, labels}) {
    idx.push_back(0);
    idx.push_back(static_cast<std::uint8_t>(file.size()));
    idx.insert(idx.end(), file.begin(), file.end());
  }
  Bytes cifar{1, 0};
  for (const std::uint8_t label : {1, 2, 3, 4}) {
    cifar.push_back(label);
    cifar.resize(cifar.size() + 3072, 7);
  }
  const std::string text =
      "[study]\nseeds = 2\n[eta]\nconv = [0.1, 1e-3]\n[network]\nlayers = [\"conv 6 5x5\", \"dense 10\"]\n"
      "[training]\noptimizer = \"adam\"\n";
  Bytes study{2};
  study.insert(study.end(), text.begin(), text.end());
  return {idx, cifar, study};
}

TEST(Fuzz, readers_take_what_is_right) {
  const TemporaryFolder folder;
  for (const Bytes& bytes : readable_files())
    EXPECT_TRUE(read_bytes_as_files(bytes, folder.path())) << int{bytes[0]};
}

TEST(Fuzz, readers_refuse_or_take_whatever_is_changed) {
  const TemporaryFolder folder;
  RandomSequence random({.study_seed = 5});
  int refused = 0, taken = 0;
  for (const Bytes& right : readable_files())
    for (int round = 0; round < 150; ++round) {
      Bytes bytes = right;
      for (std::uint32_t change = 0; change <= random.below(4); ++change)
        bytes[1 + random.below(static_cast<std::uint32_t>(std::min<std::size_t>(bytes.size() - 1, 200)))] =
            static_cast<std::uint8_t>(random.below(256));
      if (random.below(4) == 0) bytes.resize(1 + random.below(static_cast<std::uint32_t>(bytes.size())));
      ++(read_bytes_as_files(bytes, folder.path()) ? taken : refused);
    }
  EXPECT_GT(refused, 100);
  EXPECT_GT(taken, 50);
}

}  // namespace
}  // namespace etalon::fuzz
