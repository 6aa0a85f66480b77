#!/bin/sh
# Runs the same ResNet-50 forward pass (batch 16, 224x224) here and in PyTorch and prints the ratio.
# PYTHON names an interpreter that has PyTorch and torchvision; arguments go to compare.py.
set -eu
exec "${PYTHON:-python3}" "$(dirname "$0")/compare.py" "$@" "forward resnet50 16"
