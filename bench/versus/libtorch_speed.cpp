/// Training with libtorch from C++: libtorch_speed CASE SECONDS. For networks that are one chain of layers.
#include <torch/torch.h>

#include "bench/versus/case.h"

namespace {

using versus::Case;
using versus::Layer;

class Network {
 public:
  explicit Network(const Case& given) : case_(given) {
    torch::set_num_threads(1);
    std::int64_t channels = given.channels;
    for (const Layer& layer : given.layers) {
      if (layer.kind == "conv") {
        auto conv = torch::nn::Conv2d(torch::nn::Conv2dOptions(channels, layer.outputs, layer.kernel)
                                          .stride(layer.stride)
                                          .padding(layer.padding));
        load(layer, conv->weight, conv->bias);
        network_->push_back(conv);
        channels = layer.outputs;
      } else if (layer.kind == "dense") {
        const bool first = !flat_;
        if (first) network_->push_back(torch::nn::Flatten());
        flat_ = true;
        auto dense = torch::nn::Linear(std::int64_t(layer.weights) / layer.outputs, layer.outputs);
        load(layer, dense->weight, dense->bias);
        network_->push_back(dense);
      } else if (layer.kind == "relu") {
        network_->push_back(torch::nn::ReLU());
      } else if (layer.kind == "maxpool") {
        network_->push_back(
            torch::nn::MaxPool2d(torch::nn::MaxPool2dOptions(layer.kernel).stride(layer.stride)));
      } else {
        throw std::runtime_error("libtorch_speed: received the layer '" + layer.kind +
                                 "', expected conv, dense, relu or maxpool");
      }
    }
    optimizer_ =
        std::make_unique<torch::optim::SGD>(network_->parameters(), torch::optim::SGDOptions(given.eta));
    for (int k = 0; k < given.steps; ++k) {
      images_.push_back(torch::from_blob(const_cast<float*>(given.images_of(k)),
                                         {given.batch, given.channels, given.height, given.width}));
      labels_.push_back(
          torch::from_blob(const_cast<std::int32_t*>(given.labels_of(k)), {given.batch}, torch::kInt32)
              .to(torch::kInt64));
    }
  }

  double step(int k) {
    optimizer_->zero_grad();
    const auto loss = torch::nn::functional::cross_entropy(network_->forward(images_[k % case_.steps]),
                                                           labels_[k % case_.steps]);
    loss.backward();
    optimizer_->step();
    return loss.item<double>();
  }

 private:
  void load(const Layer& layer, torch::Tensor& weight, torch::Tensor& bias) {
    const torch::NoGradGuard guard;
    float* from = const_cast<float*>(case_.parameters.data()) + layer.first_parameter;
    weight.copy_(torch::from_blob(from, weight.sizes()));
    bias.copy_(torch::from_blob(from + layer.weights, bias.sizes()));
  }

  const Case& case_;
  torch::nn::Sequential network_;
  std::unique_ptr<torch::optim::SGD> optimizer_;
  std::vector<torch::Tensor> images_, labels_;
  bool flat_ = false;
};

}  // namespace

int main(int count, char** words) { return versus::run<Network>(count, words); }
