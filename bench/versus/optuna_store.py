#!/usr/bin/python3
"""Optuna's RDBStorage on its own: optuna_store.py URL SECONDS TRIALS VALUES

Records trials of two parameters, VALUES intermediate values and a result through a study's ask(), report() and tell() for
SECONDS; then lists a study of TRIALS finished trials, which were written into its tables at once and have no intermediate values.
Prints one JSON object: {"recorded": trials a second, "listed": seconds, "version": ...}.
"""

import datetime
import json
import os
import sys
import time

import optuna
from optuna.distributions import FloatDistribution, distribution_to_json
from optuna.storages._rdb import models
from optuna.trial import TrialState


def recorded_a_second(storage, seconds, values):
    study = optuna.create_study(study_name=f"recorded {os.getpid()}", storage=storage, sampler=optuna.samplers.RandomSampler(seed=0))
    start, count = time.perf_counter(), 0
    while time.perf_counter() - start < seconds or count == 0:
        trial = study.ask()
        trial.suggest_float("conv", 1e-4, 1.0)
        trial.suggest_float("full", 1e-4, 1.0)
        for step in range(values):
            trial.report(2.3 / (1 + 0.01 * step), step)
        study.tell(trial, 0.5)
        count += 1
    return count / (time.perf_counter() - start)


def fill(storage, count):
    """A study as so many calls of ask() and tell() would leave the tables, in one transaction."""
    study = storage.get_study_id_from_name(optuna.create_study(study_name=f"listed {os.getpid()}", storage=storage).study_name)
    when, distribution = datetime.datetime.now(), distribution_to_json(FloatDistribution(1e-4, 1.0))
    with storage.engine.begin() as connection:
        first = (connection.execute(models.TrialModel.__table__.select().order_by(models.TrialModel.trial_id.desc())).first() or [0])[0] + 1
        ids = range(first, first + count)
        connection.execute(models.TrialModel.__table__.insert(), [
            {"trial_id": trial, "number": trial - first, "study_id": study, "state": TrialState.COMPLETE, "datetime_start": when,
             "datetime_complete": when} for trial in ids])
        connection.execute(models.TrialParamModel.__table__.insert(), [
            {"trial_id": trial, "param_name": name, "param_value": 0.5, "distribution_json": distribution}
            for trial in ids for name in ("conv", "full")])
        connection.execute(models.TrialValueModel.__table__.insert(), [
            {"trial_id": trial, "objective": 0, "value": 0.5, "value_type": models.TrialValueModel.TrialValueType.FINITE} for trial in ids])


def seconds_to_list(url, count):
    study = optuna.load_study(study_name=f"listed {os.getpid()}", storage=url)
    start = time.perf_counter()
    trials = study.get_trials(states=(TrialState.COMPLETE,))
    seconds = time.perf_counter() - start
    if len(trials) != count or trials[0].params != {"conv": 0.5, "full": 0.5} or trials[-1].value != 0.5:
        raise SystemExit(f"received {len(trials)} trials, expected {count} complete ones")
    return seconds


def main(words):
    if len(words) != 4:
        raise SystemExit(__doc__)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    url, seconds, count, values = words[0], float(words[1]), int(words[2]), int(words[3])
    storage = optuna.storages.RDBStorage(url)
    recorded = recorded_a_second(storage, seconds, values)
    fill(storage, count)
    print(json.dumps({"recorded": recorded, "listed": seconds_to_list(url, count), "version": optuna.__version__}))


if __name__ == "__main__":
    main(sys.argv[1:])
