package dev.pleas.bench;

import dev.pleas.api.data.Samples;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.util.Arrays;

/**
 * Random images on the heap: noise on 4×4 patches of random brightness. Noise alone would look the
 * same to a network, image by image, once it has averaged over positions.
 *
 * @param count how many
 * @param shape [channels, height, width] of one
 * @param values of all, one after another
 */
@SuppressWarnings("ArrayRecordComponent")
record RandomImages(int count, Shape shape, float[] values) implements Samples {
  private static final int PATCHES = 4;

  /** Makes images. */
  static RandomImages of(Shape shape, int count) {
    int height = shape.dim(1);
    int width = shape.dim(2);
    int planes = count * shape.dim(0);
    float[] values = Uniform.floats(1, Math.toIntExact(shape.prepend(count).elements()), 0, 0.5);
    float[] patches = Uniform.floats(2, planes * PATCHES * PATCHES, 0, 1);
    int k = 0;
    for (int plane = 0; plane < planes; plane++) {
      for (int y = 0; y < height; y++) {
        int row = (plane * PATCHES + y * PATCHES / height) * PATCHES;
        for (int x = 0; x < width; x++) {
          values[k++] += patches[row + x * PATCHES / width];
        }
      }
    }
    return new RandomImages(count, shape, values);
  }

  @Override
  public HostTensor read(int from, int to) {
    int size = Math.toIntExact(shape.elements());
    return HostTensor.wrap(
        shape.prepend(to - from), Arrays.copyOfRange(values, from * size, to * size));
  }
}
