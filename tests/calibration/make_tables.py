#!/usr/bin/env python3
"""Makes a dense table of tests/calibration/tables from a study of many seeds.

    make_tables.py STUDY_REPORT VALIDATION > tables/NAME.csv

VALIDATION is the number of validation samples of its sets, STUDY_REPORT the folder of a report (etalon report) of a study with the same number of seeds for every setting. Rows
are those of its trials.csv, cut down to what the replays of replay.h read; the facts of each set stand on comment lines.
The whole way, about half an hour on two cores:

    etalon tune --strategy grid --seeds 60 --store dense.db --out dense
    tests/calibration/make_tables.py dense 2000 > tests/calibration/tables/generated.csv
    etalon tune --strategy grid --seeds 60 --data mnist:DIR --samples 12800 --store mnist.db --out mnist
    tests/calibration/make_tables.py mnist 10000 > tests/calibration/tables/mnist.csv
"""

import csv
import json
import sys
from pathlib import Path


def number(text, digits):
    return f"{float(text):.{digits}g}" if text else "0"


def main(folder, validation):
    print("set,eta_conv,eta_full,seed,status,accuracy,epochs,reached,area,set_back,spike_share,instability")
    found = json.loads((folder / "recommendation.json").read_text())
    epochs = found["definition"]["epochs"]
    for one in found["recommendations"]:
        print(f"# set {one['data']} chance {one['chance']:.6g} validation {validation} epochs {epochs}")
    for row in csv.DictReader((folder / "trials.csv").open()):
        print(",".join([row["set"], number(row["eta_conv"], 6), number(row["eta_full"], 6), row["seed"], row["status"],
                        number(row["validation_accuracy"], 6), number(row["epochs_to_loss_target"], 4),
                        str(int(row["loss_target_reached"] == "yes")), number(row["area"], 4),
                        number(row["set_back"], 4), number(row["spike_share"], 4),
                        number(row["instability"], 4)]))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), int(sys.argv[2]))
