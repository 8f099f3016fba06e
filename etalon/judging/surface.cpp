#include "etalon/judging/surface.h"

#include <cmath>

#include <Eigen/Cholesky>

#include "etalon/base/check.h"

namespace etalon {
namespace {

struct Shape {
  double length = 1, amplitude = 1, roughness = 0.1;
};

constexpr double lengths[] = {0.5, 0.8, 1.2, 1.8, 3.0};  // decades
constexpr double amplitudes[] = {0.3, 0.7, 1.2, 2.0, 3.0};
constexpr double roughnesses[] = {0.02, 0.05, 0.15, 0.4};

Eigen::MatrixXd squared_distances(const Eigen::MatrixXd& place) {
  const Eigen::VectorXd norms = place.rowwise().squaredNorm();
  Eigen::MatrixXd squares = -2 * place * place.transpose();
  squares.colwise() += norms;
  squares.rowwise() += norms.transpose();
  return squares.cwiseMax(0);
}

Eigen::MatrixXd prior(const Eigen::MatrixXd& squares, const Shape& shape) {
  Eigen::MatrixXd covariance = shape.amplitude * shape.amplitude *
                               (squares * (-0.5 / (shape.length * shape.length))).array().exp().matrix();
  covariance.diagonal().array() += shape.roughness * shape.roughness;
  return covariance;
}

Eigen::MatrixXd part(const Eigen::MatrixXd& whole, const std::vector<Eigen::Index>& measured) {
  return whole(measured, measured);
}

/// Log marginal likelihood with mu integrated out, up to a constant.
double evidence_of(const SurfaceData& data, const Eigen::MatrixXd& squares, const Shape& shape) {
  const Eigen::LLT<Eigen::MatrixXd> root(prior(squares, shape) + data.error);
  if (root.info() != Eigen::Success) return -1e300;
  const Eigen::VectorXd ones = Eigen::VectorXd::Ones(data.level.size());
  const Eigen::VectorXd a = root.matrixL().solve(data.level), o = root.matrixL().solve(ones);
  const double weight = o.squaredNorm();
  const Eigen::VectorXd rest = a - (o.dot(a) / weight) * o;
  const double determinant = root.matrixLLT().diagonal().array().log().sum();
  const double preference = 0.5 * std::pow(shape.length / 3, 2) + 0.5 * std::pow(shape.roughness / 0.2, 2);
  return -0.5 * rest.squaredNorm() - determinant - 0.5 * std::log(weight) - preference;
}

Shape likeliest(const SurfaceData& data, const Eigen::MatrixXd& squares) {
  Shape best;
  double highest = -1e301;
  for (const double length : lengths)
    for (const double amplitude : amplitudes)
      for (const double roughness : roughnesses) {
        const Shape shape{length, amplitude, roughness};
        const double evidence = evidence_of(data, squares, shape);
        if (evidence <= highest) continue;
        highest = evidence;
        best = shape;
      }
  return best;
}

}  // namespace

Surface fit_surface(const SurfaceData& data) {
  check(data.level.size() > 0, "measured settings", data.level.size(), "at least one");
  const Eigen::MatrixXd squares = squared_distances(data.place);
  const Shape shape = likeliest(data, part(squares, data.measured));
  const Eigen::MatrixXd all = prior(squares, shape);
  const Eigen::MatrixXd across = all(Eigen::all, data.measured);
  const Eigen::LLT<Eigen::MatrixXd> root(part(all, data.measured) + data.error);
  const Eigen::VectorXd ones = Eigen::VectorXd::Ones(data.level.size());
  const Eigen::VectorXd weighted = root.solve(ones);
  const double precision = ones.dot(weighted), mu = weighted.dot(data.level) / precision;
  Surface result;
  result.mean =
      Eigen::VectorXd::Constant(data.place.rows(), mu) + across * root.solve(data.level - mu * ones);
  // What is not known of mu: Rasmussen and Williams, equation 2.42.
  const Eigen::VectorXd open = Eigen::VectorXd::Ones(data.place.rows()) - across * weighted;
  result.covariance = all - across * root.solve(across.transpose()) + open * open.transpose() / precision;
  return result;
}

}  // namespace etalon
