/// How sure a choice is, worked out from draws of the posterior (doc/choice.md).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "etalon/judging/evidence.h"
#include "etalon/judging/posterior.h"
#include "etalon/study/recommendation.h"

namespace etalon {

/// The posterior of one set with enough draws to certify a choice by.
struct SetPosterior {
  AccuracyPosterior model;
  PosteriorDraws draws;          ///< of the contenders
  std::vector<double> expected;  ///< [cell] expected accuracy
  std::vector<double> p_best;    ///< [cell] probability to be the best

  /// Place of a cell among the draws' settings; nothing where it is no contender.
  std::optional<Eigen::Index> place(std::size_t cell) const;
};

/// Draws keyed by the study seed and the set: the same study gives the same certificate. REQUIRES: a cell
/// with a seed.
SetPosterior posterior_of(const SetEvidence& evidence, std::uint64_t study_seed);

/// The smallest set of cells, the likeliest first, that together are the best with 95 %, and those of
/// `eligible` that are not among them; in Setting order.
std::vector<std::size_t> may_be_best(const SetPosterior& posterior, std::span<const std::size_t> eligible);

/// The likeliest best of the others; nothing where `chosen` is alone.
std::optional<std::size_t> closest_rival(const SetPosterior& posterior, std::size_t chosen);

/// Probability that more than `limit` of a contender's runs fail; of another cell 1 or 0, by its expected
/// share.
double probability_over(const SetPosterior& posterior, std::size_t cell, double limit);

/// Probability that a cell's expected accuracy is at most `floor` below that of `best`; where either is no
/// contender 1 or 0, by their posterior means.
double probability_as_accurate(const SetPosterior& posterior, std::size_t cell, std::size_t best,
                               double floor);

/// Cells as accurate as `best` within noise: not further below it than the validation part can tell
/// (validation_error) with a probability of at least 5 %, so that a truly equal one is kept in 95 % of cases.
std::vector<std::size_t> as_accurate_as(const SetEvidence& evidence, const SetPosterior& posterior,
                                        std::size_t best);

struct CertificateRequest {
  std::optional<Setting> current;  ///< what is in use now
  std::uint32_t threads = 1;       ///< that train at once, for the seconds
};

/// REQUIRES: `chosen` is a contender or has a seed that did not fail.
Certificate certify(const SetEvidence& evidence, const SetPosterior& posterior, std::size_t chosen,
                    const CertificateRequest& request, std::uint64_t study_seed);

}  // namespace etalon
