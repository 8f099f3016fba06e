#!/usr/bin/env python3
"""Two builds, old against new, interleaved on one machine: `make compare OLD=DIR`.

OLD and NEW are folders of the preset `bench`, of two checkouts (`git worktree add ../old COMMIT` makes the other one). Trains
every network that both know on one core, with --layers also every layer and phase. Prints both speeds and their paired ratio.
A machine that others use is noisy, so only what noise cannot explain counts: ends with 1 if, somewhere, the best run of the new
build is slower than the worst of the old.
"""

import argparse
import json
import sys
from pathlib import Path

import measure
from measure import CORES, Unavailable, interleave, paired_ratio, run, speed_in, summary, table, text_of


def require_build(parser, name, folder):
    path = Path(folder)
    if not (path / "training_speed").exists():
        parser.error(f"{name}: received {folder}, expected a folder with training_speed; "
                     "`cmake --preset bench && cmake --build --preset bench` makes it")
    return path


def compared(old, new):
    """What is told of the speeds of one thing in both builds, [round]."""
    return {"old": summary(old), "new": summary(new), "ratio": paired_ratio(new, old), "slower": max(new) < min(old)}


class Comparison:
    def __init__(self, old, new, rounds, seconds):
        self.builds, self.rounds, self.seconds = {"old": old, "new": new}, rounds, seconds

    def networks(self):
        """Those of measure.NETWORKS that both builds know."""
        known = [set(run([build / "training_speed", "--networks"]).output.split()) for build in self.builds.values()]
        both = [name for name in measure.NETWORKS if all(name in names for names in known)]
        if not both:
            raise Unavailable(f"the builds know no network together: received {known[0]} and {known[1]}")
        return both

    def network(self, name):
        def speed(build):
            return speed_in(run([build / "training_speed", name, 0, self.seconds, 64, 1, 1], CORES[:1]).output)

        return compared(**interleave({which: lambda build=build: speed(build) for which, build in self.builds.items()}, self.rounds))

    def layers(self, network):
        """{layer and phase: comparison} of those that both builds run."""
        def phases(build):
            text = run([build / "layer_speed", network, 0, self.seconds / 10, "--json"], CORES[:1]).output
            lines = (json.loads(line) for line in text.splitlines())
            return {f"{line['layer']} of {line['input']}, {line['phase']}": line["gflops"] for line in lines if "phase" in line}

        rounds = interleave({which: lambda build=build: phases(build) for which, build in self.builds.items()}, self.rounds)
        names = [name for name in rounds["new"][0] if all(name in one for values in rounds.values() for one in values)]
        return {name: compared(*[[one[name] for one in rounds[which]] for which in ("old", "new")]) for name in names}


def show(title, unit, digits, comparisons):
    print(f"\n{title}, {unit}: median (smallest to largest)")
    table(["", "old", "new", "new to old", ""],
          [[name, text_of(one["old"], digits), text_of(one["new"], digits), text_of(one["ratio"]), "SLOWER" if one["slower"] else ""]
           for name, one in comparisons.items()])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old", help="build/bench of the older checkout")
    parser.add_argument("new", help="build/bench of the newer one")
    parser.add_argument("--rounds", type=int, default=5, help="interleaved rounds (default: 5)")
    parser.add_argument("--seconds", type=float, default=2, help="of each run (default: 2)")
    parser.add_argument("--networks", metavar="NAME,...", help="some of " + ", ".join(measure.NETWORKS))
    parser.add_argument("--layers", action="store_true", help="layer by layer too")
    parser.add_argument("--json", metavar="FILE", help="where the figures go (default: NEW/compare.json)")
    asked = parser.parse_args()
    if asked.rounds < 1:
        parser.error(f"--rounds: received {asked.rounds}, expected 1 or more")
    builds = [require_build(parser, name.upper(), getattr(asked, name)) for name in ("old", "new")]
    with measure.Session(builds[1], "make compare") as session:
        comparison = Comparison(*builds, asked.rounds, asked.seconds)
        try:
            networks = comparison.networks()
            for name in asked.networks.split(",") if asked.networks else []:
                if name not in networks:
                    parser.error(f"--networks: received {name}, expected some of {', '.join(networks)}, which both builds know")
            networks = asked.networks.split(",") if asked.networks else networks
            results = {"networks": {name: comparison.network(name) for name in networks}}
            show("end to end, one thread", "samples/s", 0, results["networks"])
            for name in networks if asked.layers else []:
                results.setdefault("layers", {})[name] = comparison.layers(name)
                show(name, "GFLOP/s", 1, results["layers"][name])
        except Unavailable as reason:
            sys.exit(f"compare: {reason}")
        session.write(asked.json or builds[1] / "compare.json", {"rounds": asked.rounds} | results)
    every = {**results["networks"], **{f"{network}, {name}": one for network, of in results.get("layers", {}).items()
                                       for name, one in of.items()}}
    slower = [name for name, one in every.items() if one["slower"]]
    for name in slower:
        one = every[name]
        print(f"slower: {name}: the best new run reaches {one['new']['most']:,.1f}, the worst old one {one['old']['least']:,.1f}")
    print(f"{len(every) - len(slower)} of {len(every)} comparisons hold")
    sys.exit(1 if slower else 0)


if __name__ == "__main__":
    main()
