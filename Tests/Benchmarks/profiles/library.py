"""Writes a made-up library of device profiles of realistic size: library.py FOLDER [COUNT]"""
import pathlib
import random
import sys

UNITS = ["mg/dL", "mmol/L", "10*3/uL", "g/dL", "U/L", "[IU]/L", "ng/mL", "%", "fL", "pg"]


def loinc(number):
    total = 0
    for index, digit in enumerate(reversed(str(number))):
        value = int(digit) * (2 if index % 2 == 0 else 1)
        total += value // 10 + value % 10
    return f"{number}-{(10 - total % 10) % 10}"


def profile(index, dice):
    wire = "hl7" if index % 3 == 0 else "astm"
    code, value = ("OBX-3.1", "OBX-5") if wire == "hl7" else ("R.3.4", "R.4")
    lines = [
        f"# Model {index} of a maker of the benchmark. Key in host, port and protocol as its manual says.",
        f"name: Model {index}",
        f"protocol: {wire}",
        "charset: auto",
        "time_zone: Asia/Kolkata",
        f"identify: {{ when: {{ {'MSH-3' if wire == 'hl7' else 'H.5'}: {{ prefix: M{index} }} }} }}",
        "specimen: { pattern: '^[A-Z]?\\d{6,12}$', reject: ['^AUTO_', '^ERR\\d+$'], strip_zeros: true }",
        f"results:\n  code: {{ from: [{code}], strip_suffix: [/, '^'] }}",
        f"  value:\n    from: [{value}]\n    no_result:",
        "      - { pattern: '^-[-.]*$', why: the analyser could not compute it }",
        "      - { pattern: '^\\*+$', why: the analyser rejects its own measurement }",
        f"lines:\n  - {{ is: ignored, when: {{ {code}: {{ matches: ['^SCAT_', '^DIST_', '\\?$'] }} }}, why: an image of the analyser }}",
        "flags: { HH: [HH], '>': [H], '*': [A], W: [] }",
        "statuses: { F: final, P: preliminary }",
        "units: { K/uL: '10*3/uL', mg/dl: mg/dL, mmol/l: mmol/L, IU/L: '[IU]/L', '10e3/uL': '10*3/uL' }",
        "tests:",
    ]
    for test in range(dice.randint(30, 100)):
        unit = dice.choice(UNITS)
        aliases = f", aliases: [A{test}, T-{test}]" if test % 4 == 0 else ""
        lines.append(
            f"  T{test}: {{ name: Test number {test} of the panel, local: L{test}, loinc: {loinc(1000 + 7 * test)}, "
            f"units: ['{unit}']{aliases} }}"
        )
    return "\n".join(lines) + "\n"


def main():
    folder = pathlib.Path(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 60
    dice = random.Random(7)
    for index in range(count):
        # Some only change another, as sites do.
        text = profile(index, dice) if index % 6 else f"extends: maker-{index + 1}\nname: Model {index}\ntests: {{ T1: {{ local: OURS }} }}\n"
        if index % 6 == 0 and index + 1 >= count:
            text = profile(index, dice)
        place = folder / "maker" / str(index)
        place.mkdir(parents=True, exist_ok=True)
        (place / "profile.yaml").write_text(text)


main()
