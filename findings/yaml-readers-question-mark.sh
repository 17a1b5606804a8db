#!/usr/bin/env bash
# PyYAML's two readers disagree on a question mark within braces or brackets.
#
# Versions:  PyYAML 6.0.3 with the libyaml of its wheel
#
# How:       The same line is read by `CSafeLoader`, which is libyaml, and by `SafeLoader`, which is Python.
#
# Expected:  One value from both. In a flow collection a plain scalar may hold `?` unless it begins with one and a blank
#            follows (YAML 1.2, 7.3.3).
#
# Seen:      libyaml reads the text. The reader in Python ends the scalar at the question mark and refuses the line
#            ("expected ',' or '}', but got '?'"). Outside of braces and brackets both read it.
#
# Matters:   Who reads fast where libyaml is there, and with Python where it is not, has files that are right on one
#            machine and faulty on the next. A question in a note, `{remarks: And the last shipment?}`, is enough. The
#            tests here read every shipped file by both readers.
#
# Ends with 0 while the behaviour is as told here, with 3 once it is not, with another code where the trial failed.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check PyYAML==6.0.3 2>"$folder/pip.log" ||
    { cat "$folder/pip.log" >&2; exit 2; }

cat >"$folder/trial.py" <<'PYTHON'
import sys

import yaml

LINES = {
    "{remarks: And the last shipment?}": ("read", "refused"),
    "[who?, when]": ("read", "refused"),
    "{note: te?xt}": ("read", "refused"),
    "remarks: And the last shipment?": ("read", "read"),
    '{remarks: "And the last shipment?"}': ("read", "read"),
}


def said(line: str, loader: type) -> str:
    try:
        yaml.load(line, loader)
    except yaml.YAMLError:
        return "refused"
    return "read"


if not yaml.__with_libyaml__:
    print("this wheel has no libyaml")
    sys.exit(2)
seen = {line: (said(line, yaml.CSafeLoader), said(line, yaml.SafeLoader)) for line in LINES}
for line, (fast, slow) in seen.items():
    print(f"{line:40} libyaml: {fast:8} Python: {slow}")
sys.exit(0 if seen == LINES else 3)
PYTHON
"$folder/venv/bin/python" "$folder/trial.py"
