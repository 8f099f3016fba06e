/// tiny_etalon: draws a small data set, trains a small LeNet for every pair of etas, prints verdicts and a
/// choice.
#include "reference/tiny_etalon.h"

#include <cstdio>
#include <numeric>
#include <random>
#include <utility>

using namespace tiny;

namespace {

constexpr int edge = 12, classes = 4, batch = 16, epochs = 5, seeds = 2;
constexpr unsigned set_number = 100;  // a stream of random numbers of its own
constexpr double etas[] = {0.001, 0.01, 0.1, 1};

/// Random numbers for one purpose of one seed: every pair of etas starts from the same weights and sees the
/// same batches, so that runs differ by their etas alone.
class Random {
 public:
  Random(unsigned seed, unsigned purpose) : bits_(seed * 7919 + purpose) {}
  double uniform() { return bits_() / 4294967296.0; }
  int below(int bound) { return static_cast<int>(uniform() * bound); }
  double normal() {
    return std::sqrt(-2 * std::log(1 - uniform())) * std::cos(6.283185307179586 * uniform());
  }

 private:
  std::mt19937 bits_;
};

/// A horizontal bar, a vertical bar, a ring or a disc, somewhere, of some size, under noise.
Image draw(int label, Random& random) {
  Image image{Numbers(edge * edge), label};
  const double cx = 4 + 4 * random.uniform(), cy = 4 + 4 * random.uniform(),
               size = 2.5 + 1.5 * random.uniform();
  for (int y = 0; y < edge; ++y)
    for (int x = 0; x < edge; ++x) {
      const double dx = x - cx, dy = y - cy, distance = std::sqrt(dx * dx + dy * dy);
      const bool inside[classes] = {std::abs(dy) < 1 && std::abs(dx) < size,
                                    std::abs(dx) < 1 && std::abs(dy) < size,
                                    distance < size && distance > size - 1.2, distance < size};
      image.pixels[y * edge + x] = (inside[label] ? 1.0 : -0.3) + 0.2 * random.normal();
    }
  return image;
}

Images draw_set(int count, Random& random) {
  Images images;
  for (int i = 0; i < count; ++i) images.push_back(draw(i % classes, random));
  return images;
}

/// Convolutions, pooling, dense layers; He's initial weights, normal with variance 2 / fan_in.
Network small_lenet(unsigned seed) {
  Network network{conv({1, edge, edge}, 4, 3, 1, 1)};
  const auto add = [&](auto make, auto... numbers) {
    network.push_back(make(network.back().out, numbers...));
  };
  add(relu);
  add(maxpool, 2);
  add(conv, 8, 3, 1, 0);
  add(relu);
  add(maxpool, 2);
  add(dense, 16);
  add(relu);
  add(dense, classes);
  Random random(seed, 1);
  for (Layer& layer : network)
    for (int w = 0; layer.kind == Kind::weighted && w < layer.weights(); ++w)
      layer.parameters[w] = random.normal() * std::sqrt(2.0 * layer.out.channels / layer.weights());
  return network;
}

/// All epochs' minibatches, each epoch in an order of its own.
Batches shuffle(int images, unsigned seed) {
  Random random(seed, 2);
  Batches batches;
  std::vector<int> order(images);
  std::iota(order.begin(), order.end(), 0);
  for (int epoch = 0; epoch < epochs; ++epoch) {
    for (int i = images; i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
    for (int first = 0; first + batch <= images; first += batch)
      batches.emplace_back(order.begin() + first, order.begin() + first + batch);
  }
  return batches;
}

void print(const Cell& cell) {
  const char* words[] = {"learning", "stalled", "diverged"};
  std::printf("%8g %8g %9.3f %7.3f  ", cell.eta[0], cell.eta[1], mean(cell.accuracy), mean_area(cell));
  for (const Verdict& verdict : cell.verdicts) std::printf(" %s", words[static_cast<int>(verdict.status)]);
  std::printf("\n");
}

Cell measure(const Numbers& eta, const Images& training, const Images& validation) {
  Cell cell{eta, {}, {}};
  for (unsigned seed = 0; seed < seeds; ++seed) {
    Network network = small_lenet(seed);
    const Batches batches = shuffle(static_cast<int>(training.size()), seed);
    const Curve curve = train(network, training, batches, eta);
    cell.verdicts.push_back(judge(curve, batches.size(), batches.size() / epochs, std::log(classes)));
    const bool diverged = cell.verdicts.back().status == Status::diverged;
    cell.accuracy.push_back(diverged ? 1.0 / classes : accuracy(network, validation));
  }
  return cell;
}

}  // namespace

int main() {
  Random random(set_number, 0);
  const Images training = draw_set(128, random), validation = draw_set(100, random);
  std::printf("eta conv eta full  accuracy    area   verdict of each seed\n");
  std::vector<Cell> cells;
  for (const double conv_eta : etas)
    for (const double full_eta : etas) {
      cells.push_back(measure({conv_eta, full_eta}, training, validation));
      print(cells.back());
    }
  if (const Cell* chosen = choose(cells))
    std::printf("recommended: conv = %g, full = %g, validation accuracy %.3f\n", chosen->eta[0],
                chosen->eta[1], mean(chosen->accuracy));
  else
    std::printf("every run diverged: lower the range\n");
}
