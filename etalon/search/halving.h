/// The arithmetic of a race: who goes on, and how a budget of trials is spread over its rounds.
///
/// Sequential halving (Karnin, Koren and Somekh, Almost Optimal Exploration in Multi-Armed Bandits, ICML
/// 2013): every round spends an equal share of the budget, evenly on the settings that are still in, and the
/// better half goes on. 25 settings and 75 trials: 25 x 1, 12 x 1, 6 x 2, 3 x 4, 2 x 7.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace etalon {

/// How many of `in` settings go on after a round: half, rounded down, but never less than 2. REQUIRES: in
/// > 2.
std::size_t survivors_of(std::size_t in);

/// Rounds from one with `in` settings to the last, which at most 2 settings run; at least 1.
std::size_t rounds_from(std::size_t in);

/// [setting] more seeds in this round for settings that have `seeds` already, the best first, with `budget`
/// trials left for this and all later rounds. A round lifts all to one level: the highest that its share of
/// the budget, budget / rounds_from(settings), pays for, but at least one more seed for those that have
/// fewest. The last round spends all that is left; what divides unevenly goes to the first. No setting gets
/// beyond first_confirmation_seed seeds, and no round beyond the budget.
std::vector<std::uint32_t> more_seeds(const std::vector<std::uint32_t>& seeds, std::size_t budget);

}  // namespace etalon
