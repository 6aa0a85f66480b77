package dev.pleas.core.moments;

import dev.pleas.api.data.Samples;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Inputs for those who have none: random images with the power spectrum of natural ones, which
 * falls with the square of the frequency (Field, J. Opt. Soc. Am. A 4, 1987). Each is a sum of
 * white noise on grids of doubling resolution, interpolated, so that every octave has the same
 * variance. Channels are correlated by {@value #SHARED}, since most of what varies in a photograph
 * is its lightness. Every value has mean 0 and variance 1, as inputs have after the usual
 * normalization.
 *
 * <p>Images are kept once they are made, since a merge reads them many times. Safe for use by
 * several threads.
 */
public final class SyntheticImages implements Samples {
  private static final double SHARED = 0.9;

  private final Shape shape;
  private final long seed;
  private final AtomicReferenceArray<float[]> made;

  /**
   * @param shape of one sample, [channels, height, width]
   * @param count of samples
   * @param seed the same images for the same seed
   */
  public SyntheticImages(Shape shape, int count, long seed) {
    if (shape.rank() != 3) {
      throw new IllegalArgumentException("images of shape " + shape + ": expected [C, H, W]");
    }
    this.shape = shape;
    this.seed = seed;
    this.made = new AtomicReferenceArray<>(count);
  }

  @Override
  public int count() {
    return made.length();
  }

  @Override
  public Shape shape() {
    return shape;
  }

  @Override
  public HostTensor read(int from, int to) {
    int size = Math.toIntExact(shape.elements());
    float[] values = new float[Math.multiplyExact(to - from, size)];
    for (int n = from; n < to; n++) {
      float[] image = made.get(n);
      if (image == null) {
        image = image(new SplittableRandom(seed * 1_000_003 + n));
        made.set(n, image);
      }
      System.arraycopy(image, 0, values, (n - from) * size, size);
    }
    return HostTensor.wrap(shape.prepend(to - from), values);
  }

  private float[] image(SplittableRandom random) {
    int pixels = Math.toIntExact(shape.elementsFrom(1));
    int channels = shape.dim(0);
    float[] image = new float[channels * pixels];
    double[] common = field(random);
    for (int c = 0; c < channels; c++) {
      double[] own = channels == 1 ? common : field(random);
      double shared = channels == 1 ? 1 : Math.sqrt(SHARED);
      double rest = channels == 1 ? 0 : Math.sqrt(1 - SHARED);
      for (int k = 0; k < pixels; k++) {
        image[c * pixels + k] = (float) (shared * common[k] + rest * own[k]);
      }
    }
    return image;
  }

  /** A field of variance 1: the sum of all octaves. */
  private double[] field(SplittableRandom random) {
    int height = shape.dim(1);
    int width = shape.dim(2);
    int octaves = 1;
    while (1 << octaves < Math.max(height, width)) {
      octaves++;
    }
    double[] field = new double[height * width];
    for (int octave = 0; octave <= octaves; octave++) {
      add(field, 1 << octave, 1 / Math.sqrt(octaves + 1.0), random);
    }
    return field;
  }

  /** Adds noise on a grid of so many cells along the longer side, interpolated. */
  private void add(double[] field, int cells, double deviation, SplittableRandom random) {
    int height = shape.dim(1);
    int width = shape.dim(2);
    double cell = Math.max(height, width) / (double) cells;
    double[][] grid = new double[(int) (height / cell) + 3][(int) (width / cell) + 3];
    for (double[] row : grid) {
      for (int i = 0; i < row.length; i++) {
        row[i] = random.nextGaussian();
      }
    }
    double shiftY = random.nextDouble();
    double shiftX = random.nextDouble();
    for (int y = 0; y < height; y++) {
      double gy = y / cell + shiftY;
      int top = (int) gy;
      double fy = gy - top;
      for (int x = 0; x < width; x++) {
        double gx = x / cell + shiftX;
        int left = (int) gx;
        double fx = gx - left;
        double value =
            (1 - fy) * ((1 - fx) * grid[top][left] + fx * grid[top][left + 1])
                + fy * ((1 - fx) * grid[top + 1][left] + fx * grid[top + 1][left + 1]);
        // Interpolation makes noise weaker between the points of the grid.
        double norm = Math.sqrt(((1 - fy) * (1 - fy) + fy * fy) * ((1 - fx) * (1 - fx) + fx * fx));
        field[y * width + x] += deviation * value / norm;
      }
    }
  }
}
