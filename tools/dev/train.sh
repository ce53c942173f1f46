# shellcheck shell=bash
# Training and releasing the models. Python in an environment of its own; nothing else of Holdfast needs Python.

TRAIN_PYTHON="$DEV_CACHE/training/python"

#: train       trains and releases the models: --open FOLDER --version NAME (see models/training/README.md; some hours)
cmd_train() {
    need_build
    need_training
    "$TRAIN_PYTHON/bin/python" "$ROOT/models/training/train.py" "$@"
}

need_training() {
    command -v python3 >/dev/null || need_packages "training" python3 python3-venv
    local wanted="$ROOT/models/training/requirements.txt"
    cmp -s "$wanted" "$TRAIN_PYTHON/requirements.txt" && return
    say "installing what training needs into .cache/training/python (5 GB, PyTorch most of it)"
    python3 -m venv "$TRAIN_PYTHON" || die "python3 makes no environments here: install python3-venv"
    "$TRAIN_PYTHON/bin/pip" install --quiet --requirement "$wanted" >&2
    cp "$wanted" "$TRAIN_PYTHON/requirements.txt"
}
