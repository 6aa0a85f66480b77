package dev.pleas.core.moments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import org.apache.commons.math3.complex.Complex;
import org.apache.commons.math3.stat.correlation.PearsonsCorrelation;
import org.apache.commons.math3.stat.regression.SimpleRegression;
import org.apache.commons.math3.transform.DftNormalization;
import org.apache.commons.math3.transform.FastFourierTransformer;
import org.apache.commons.math3.transform.TransformType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SyntheticImagesTest {
  @ParameterizedTest
  @CsvSource({"1, 28, 28", "3, 16, 40", "2, 1, 1", "1, 33, 7"})
  void read_anyShape_hasMeanZeroAndVarianceOneEverywhere(int channels, int height, int width) {
    int count = 4000;
    float[] values =
        new SyntheticImages(Shape.of(channels, height, width), count, 5).read(0, count).values();
    int size = channels * height * width;
    for (int k = 0; k < size; k += Math.max(1, size / 13)) {
      double sum = 0;
      double squares = 0;
      for (int n = 0; n < count; n++) {
        sum += values[n * size + k];
        squares += (double) values[n * size + k] * values[n * size + k];
      }
      // Five standard errors of a mean and of a variance over 4000 Gaussians.
      assertThat(sum / count).as("mean at " + k).isCloseTo(0, within(5 / Math.sqrt(count)));
      assertThat(squares / count).as("at " + k).isCloseTo(1, within(5 * Math.sqrt(2.0 / count)));
    }
  }

  @Test
  void read_channels_areCorrelated() {
    int count = 3000;
    HostTensor images = new SyntheticImages(Shape.of(3, 4, 4), count, 1).read(0, count);
    double[] red = new double[count];
    double[] blue = new double[count];
    for (int n = 0; n < count; n++) {
      red[n] = images.values()[n * 48 + 5];
      blue[n] = images.values()[n * 48 + 32 + 5];
    }
    assertThat(new PearsonsCorrelation().correlation(red, blue)).isCloseTo(0.9, within(0.02));
  }

  /** The power along a row of a field whose power falls with f² in the plane falls with f. */
  @Test
  void read_spectrum_fallsAsThatOfNaturalImages() {
    int size = 64;
    int count = 300;
    HostTensor images = new SyntheticImages(Shape.of(1, size, size), count, 2).read(0, count);
    double[][] power = new double[size / 2][size / 2];
    FastFourierTransformer fft = new FastFourierTransformer(DftNormalization.STANDARD);
    for (int n = 0; n < count; n++) {
      Complex[][] rows = new Complex[size][];
      for (int y = 0; y < size; y++) {
        double[] row = new double[size];
        for (int x = 0; x < size; x++) {
          // A Hann window, since the field is not periodic.
          double window =
              Math.sin(Math.PI * (x + 0.5) / size) * Math.sin(Math.PI * (y + 0.5) / size);
          row[x] = images.values()[(n * size + y) * size + x] * window * window;
        }
        rows[y] = fft.transform(row, TransformType.FORWARD);
      }
      for (int fx = 0; fx < size / 2; fx++) {
        Complex[] column = new Complex[size];
        for (int y = 0; y < size; y++) {
          column[y] = rows[y][fx];
        }
        Complex[] transformed = fft.transform(column, TransformType.FORWARD);
        for (int fy = 0; fy < size / 2; fy++) {
          power[fy][fx] += Math.pow(transformed[fy].abs(), 2) / count;
        }
      }
    }
    SimpleRegression slope = new SimpleRegression();
    for (int fy = 0; fy < size / 2; fy++) {
      for (int fx = 0; fx < size / 2; fx++) {
        double frequency = Math.hypot(fx, fy);
        if (frequency >= 3 && frequency < size / 4.0) {
          slope.addData(Math.log(frequency), Math.log(power[fy][fx]));
        }
      }
    }
    // Natural images have −2; grids that are interpolated linearly fall a little faster.
    assertThat(slope.getSlope()).isBetween(-2.8, -1.7);
  }

  @Test
  void read_again_isTheSameImageWhateverTheBatch() {
    SyntheticImages images = new SyntheticImages(Shape.of(1, 9, 9), 10, 3);
    float[] all = images.read(0, 10).values();
    float[] some = images.read(4, 6).values();
    for (int k = 0; k < some.length; k++) {
      assertThat(some[k]).isEqualTo(all[4 * 81 + k]);
    }
    assertThat(new SyntheticImages(Shape.of(1, 9, 9), 10, 4).read(0, 10).values())
        .isNotEqualTo(all);
  }

  @Test
  void new_noImages_isRefused() {
    assertThatThrownBy(() -> new SyntheticImages(Shape.of(7), 1, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("images of shape [7]: expected [C, H, W]");
  }
}
