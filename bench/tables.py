"""What the benchmarks measured, as tables: for people at a terminal, and in bench/RESULTS.md.

Each function takes one part of the results, as bench/run.py and bench/versus/run.py write them, and gives Tables.
"""

from typing import NamedTuple

from measure import text_of


class Table(NamedTuple):
    title: str
    head: list
    rows: list


def layers(lines):
    """A table for each network and instruction set."""
    tables = []
    for head in (line for line in lines if "ceiling" in line):
        own = [line for line in lines if "phase" in line and (line["network"], line["set"]) == (head["network"], head["set"])]
        rows = [[f"{line['layer']} of {line['input']}", line["times"], line["way"], line["phase"], f"{line['gflops']:.1f}",
                 f"{100 * line['share']:.0f} %"] for line in own]
        tables.append(Table(f"{head['network']}, {head['set']}: the processor's multiply-adds reach {head['ceiling']:.1f} GFLOP/s "
                            f"({head['least']:.1f} to {head['most']:.1f})",
                            ["layer", "times", "way", "phase", "GFLOP/s", "share"], rows))
    return tables


def threads(results):
    """The share of the ceiling counts direct sums, so that Winograd's algorithm may go beyond it."""
    rows = [[network, name, text_of(value, 0), text_of(value["ratio"]) if "ratio" in value else "", share_text(value.get("share"))]
            for network, ways in results.items() for name, value in ways.items()]
    return [Table("samples per second, end to end: median (smallest to largest); direct multiply-adds as a share of the ceiling",
                  ["network", "threads", "speed", "against 1 thread", "share"], rows)]


def share_text(of):
    return f"{100 * of['median']:.0f} % ({100 * of['least']:.0f} to {100 * of['most']:.0f})" if of else ""


def sets(results):
    rows = [[network, name, text_of(value, 0)] for network, ways in results.items() for name, value in ways.items()]
    return [Table("samples per second of one thread, for each instruction set", ["network", "set", "speed"], rows)]


def batches(results):
    rows = [[batch, text_of(value, 0)] for batch, value in results.items()]
    return [Table("samples per second of one thread: LeNet-5 at minibatches of several sizes", ["batch", "speed"], rows)]


def trials(results):
    rows = [[count, text_of(value), f"{1000 * value['median'] / int(count):.1f}"] for count, value in results.items()]
    return [Table("whole studies on all threads: LeNet-5, 1,280 samples, one epoch, set-up and storage counted",
                  ["trials", "seconds", "ms a trial"], rows)]


def grid(result):
    return [Table(f"MNIST grid: 25 trials of {result['samples']:,} samples, 10,000 of validation", ["seconds", "peak memory, MB"],
                  [[text_of(result["seconds"], 1), text_of(result["peak_mb"], 0)]])]


def memory(results):
    return [Table("peak memory of one training thread", ["network", "MB"], [[name, f"{value:,.0f}"] for name, value in results.items()])]


def loading(result):
    return [Table(f"opening MNIST: {result['training']:,} + {result['test']:,} images, checks and fingerprint included", ["seconds"],
                  [[text_of(result["seconds"])]])]


def one_core(results):
    return [Table(f"{network}, one core", ["", "samples/s", "Etalon against it"], _speeds(ways)) for network, ways in results.items()]


def both_cores(results):
    return [Table(f"{network}, two cores", ["", "samples/s", "Etalon against it"], _speeds(ways)) for network, ways in results.items()]


def _speeds(ways):
    return [[name, text_of(of, 0), text_of(of["ratio"]) if "ratio" in of else ""] for name, of in ways.items()]


def whole_job(result):
    rows = [[name, text_of(of, 1), text_of(of["ratio"]) if "ratio" in of else "", f"{100 * result['best_accuracy'][name]:.2f} %",
             f"{result['peak_mb'][name]['median']:,.0f}"] for name, of in result["seconds"].items()]
    return [Table(f"the whole job, 25 trials of {result['samples']:,} MNIST samples, two workers, from start to end",
                  ["", "seconds", "against Etalon", "best accuracy", "peak MB of a process"], rows)]
