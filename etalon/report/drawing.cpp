#include "etalon/report/drawing.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "etalon/base/error.h"
#include "etalon/base/processors.h"
#include "etalon/report/gnuplot.h"
#include "etalon/report/gnuplot_script.h"
#include "etalon/report/image.h"
#include "etalon/report/markup.h"

namespace etalon::report {
namespace {

constexpr std::size_t figures_a_process = 8;  ///< starting gnuplot and its fonts costs as much as two plots
constexpr unsigned most_threads = 4;

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

void replace_element(std::string& text, const std::string& name, const std::string& content) {
  const std::string open = "<" + name + ">", close = "</" + name + ">";
  const std::size_t from = text.find(open), to = text.find(close);
  if (from == std::string::npos || to == std::string::npos || to < from) return;
  text.replace(from, to + close.size() - from, open + content + close);
}

/// Draws figures [first, last) with one gnuplot process.
class Batch {
 public:
  Batch(const std::vector<NamedFigure>& figures, const TemporaryFolder& folder)
      : figures_(figures), folder_(folder) {}

  void run(std::size_t first, std::size_t last) const {
    std::string script = "set encoding utf8\nset decimalsign '.'\n";
    for (std::size_t i = first; i < last; ++i) script += gnuplot_script(figures_[i].figure, stem(i));
    run_gnuplot(script, folder_.path(), fmt::format("batch{}", first));
  }

  DrawnFigure collect(std::size_t i) const {
    DrawnFigure drawn;
    drawn.webp = encode_webp(decode_png(read_bytes(stem(i) + ".png")));
    drawn.svg = finished_svg(read_text(stem(i) + ".svg"), figures_[i].figure);
    return drawn;
  }

 private:
  std::string stem(std::size_t i) const { return (folder_.path() / fmt::format("figure{}", i)).string(); }

  const std::vector<NamedFigure>& figures_;
  const TemporaryFolder& folder_;
};

}  // namespace

std::string finished_svg(const std::string& svg, const Figure& figure) {
  std::string text = svg;
  replace_element(text, "title", escaped_xml(figure.title));
  replace_element(text, "desc", escaped_xml(figure.alternative));
  // What gnuplot takes as "bold" stands in the name of the family.
  replace_all(text, "font-family=\"DejaVu Sans:Bold\"", "font-weight=\"bold\" font-family=\"DejaVu Sans\"");
  replace_all(text, "font-family=\"DejaVu Sans\"",
              "font-family=\"DejaVu Sans, Verdana, Helvetica, Arial, sans-serif\"");
  return text;
}

std::vector<DrawnFigure> draw(const std::vector<NamedFigure>& figures,
                              const std::function<void(std::uint32_t, std::uint32_t)>& on_progress) {
  const TemporaryFolder folder;
  const Batch batch(figures, folder);
  std::vector<DrawnFigure> drawn(figures.size());
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;  // guards done and error
  std::uint32_t done = 0;
  std::exception_ptr error;
  const auto work = [&] {
    try {
      for (std::size_t first; (first = next.fetch_add(figures_a_process)) < figures.size();) {
        const std::size_t last = std::min(first + figures_a_process, figures.size());
        batch.run(first, last);
        for (std::size_t i = first; i < last; ++i) {
          drawn[i] = batch.collect(i);
          const std::lock_guard lock(mutex);
          if (on_progress) on_progress(++done, static_cast<std::uint32_t>(figures.size()));
        }
      }
    } catch (...) {
      next = figures.size();
      const std::lock_guard lock(mutex);
      if (!error) error = std::current_exception();
    }
  };
  {
    const unsigned threads = std::clamp(processor_count(), 1u, most_threads);
    std::vector<std::jthread> helpers;
    for (unsigned i = 1; i < threads; ++i) helpers.emplace_back(work);
    work();
  }
  if (error) std::rethrow_exception(error);
  return drawn;
}

}  // namespace etalon::report
