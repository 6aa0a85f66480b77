package dev.pleas.models.onnx;

import java.util.HashSet;
import java.util.Set;

/** Names that are given once: ONNX has one name space for weights, inputs and all values. */
final class Names {
  private final Set<String> taken = new HashSet<>();

  /** Returns {@code wanted} if it is free, else with a number behind it, and takes it. */
  String take(String wanted) {
    String name = wanted;
    for (int i = 1; !taken.add(name); i++) {
      name = wanted + "_" + i;
    }
    return name;
  }
}
