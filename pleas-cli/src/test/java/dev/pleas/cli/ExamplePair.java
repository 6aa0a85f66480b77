package dev.pleas.cli;

import java.nio.file.Path;

/** Merges of the bundled networks, with few images to be quick. */
enum ExamplePair {
  SAME_LABELS_1_0("all-a", "all-b", "shared", "1.0", "flops"),
  SAME_LABELS_1_2("all-a", "all-b", "shared", "1.2", "flops"),
  DIFFERENT_LABELS_1_2("lo", "hi", "separate", "1.2", "parameters");

  /** How many images they are calibrated on. */
  static final int CALIBRATION = 48;

  /** The networks and the images. */
  static final Path FOLDER = Path.of("..", "examples", "fashion-mnist").toAbsolutePath();

  private final String a;
  private final String b;
  private final String heads;
  private final String budget;
  private final String unit;

  ExamplePair(String a, String b, String heads, String budget, String unit) {
    this.a = a;
    this.b = b;
    this.heads = heads;
    this.budget = budget;
    this.unit = unit;
  }

  String[] arguments(String backend, Path output) {
    return new String[] {
      "merge",
      "--quiet",
      "-m",
      "a=" + FOLDER.resolve(a + ".safetensors"),
      "-m",
      "b=" + FOLDER.resolve(b + ".safetensors"),
      "--data",
      FOLDER.resolve("calibration-images-idx3-ubyte.gz").toString(),
      "--samples",
      Integer.toString(CALIBRATION),
      "--mean",
      "0.2860",
      "--std",
      "0.3530",
      "--backend",
      backend,
      "-o",
      output.toString(),
      "--output-heads",
      heads,
      "--budget",
      budget,
      "--set",
      "budget-unit=" + unit
    };
  }
}
