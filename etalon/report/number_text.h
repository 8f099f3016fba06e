/// Numbers as a report writes them. What was not measured is called so, never 0.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "etalon/study/recommendation.h"
#include "etalon/study/snapshot.h"

namespace etalon::report {

inline const std::string not_measured = "not measured";

/// "conv", "momentum", "momentum of conv": an axis as headings call it, an eta by its group.
std::string short_title(const Axis& axis);
/// "conv 0.1, full 0.001, momentum 0.9"
std::string setting_text(const Setting& setting, const std::vector<Axis>& axes);
/// The same where there is little room: where more than etas is varied the values alone, "0.1, 0.001, 0.9", of which
/// setting_key tells the order.
std::string short_setting_text(const Setting& setting, const std::vector<Axis>& axes);
/// "Settings: conv, full, momentum", for a figure with short_setting_text; nothing where that names the axes.
std::vector<std::string> setting_key(const std::vector<Axis>& axes);
/// "eta of conv", "momentum": the axis's title, safe in Markdown.
std::string axis_markdown(const Axis& axis);

/// At most three significant digits, without trailing zeros: "0.0213", "12", "1.5e+09".
std::string number_text(double value);
std::string number_text(const std::optional<double>& value);

/// "98.1 %"; more digits near 100 %, where they matter.
std::string percent_text(double share);
std::string percent_text(const std::optional<double>& share);

/// "0.0213 ± 0.0012", or the mean alone where there is no deviation.
std::string spread_text(const Spread& spread);
/// "98.12 ± 0.05 %"
std::string percent_spread_text(const Spread& spread);

/// "0.53", or ">2" where the target was missed within the budget.
std::string target_text(const std::optional<EpochsToTarget>& target);

/// "a", "a and b", "a, b and c"
std::string listed(const std::vector<std::string>& names);

/// 48842 as "48,842".
std::string grouped_digits(std::uint64_t value);

}  // namespace etalon::report
