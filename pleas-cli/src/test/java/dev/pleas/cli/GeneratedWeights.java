package dev.pleas.cli;

import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.nio.charset.StandardCharsets;

/**
 * Weights that Java and Python make alike, bit for bit, so that a test of a network of 100 MB needs
 * to store its logits only. {@code forward-parity/make_logits.py} says how and is the other half.
 */
final class GeneratedWeights {
  private GeneratedWeights() {}

  static HostTensor tensor(String name, Shape shape) {
    float[] values = new float[Math.toIntExact(shape.elements())];
    long seed = fnv1a(name);
    float offset = 0;
    float scale;
    if (name.equals("input")) {
      scale = 2;
    } else if (name.endsWith(".running_mean") || name.endsWith("bias")) {
      scale = 0.25f;
    } else if (name.contains("token") || name.contains("pos_embed")) {
      scale = 1;
    } else if (shape.rank() == 1) {
      offset = 1;
      scale = 0.5f;
    } else {
      scale = weightScale(shape.elementsFrom(1));
    }
    for (int i = 0; i < values.length; i++) {
      values[i] = offset + uniform(seed, i) * scale;
    }
    return HostTensor.wrap(shape, values);
  }

  private static float weightScale(long fanIn) {
    float scale = 1;
    for (long square = 6; square < fanIn; square *= 4) {
      scale /= 2;
    }
    return scale;
  }

  /** In [−1, 1), a multiple of 2^−23: output i + 1 of splitmix64. */
  private static float uniform(long seed, int i) {
    long z = seed + (i + 1) * 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    z ^= z >>> 31;
    return ((int) (z >>> 40) - (1 << 23)) * 0x1p-23f;
  }

  private static long fnv1a(String name) {
    long hash = 0xCBF29CE484222325L;
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xff)) * 0x100000001B3L;
    }
    return hash;
  }
}
