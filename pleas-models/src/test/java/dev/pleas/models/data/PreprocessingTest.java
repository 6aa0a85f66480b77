package dev.pleas.models.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.error.ConfigurationException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PreprocessingTest {
  private static final List<Float> ONE = List.of(1f);

  @Test
  void new_lists_areCopied() {
    List<Float> mean = new ArrayList<>(List.of(0.5f));
    var preprocessing = new Preprocessing(mean, ONE, 0, 0, 0);
    mean.set(0, 7f);
    assertThat(preprocessing.mean()).containsExactly(0.5f);
  }

  @ParameterizedTest
  @CsvSource({"0", "-1", "NaN", "Infinity"})
  void new_stdNotPositive_isRefused(float std) {
    assertThatThrownBy(() -> new Preprocessing(ONE, List.of(1f, std), 0, 0, 0))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("std: expected finite numbers above 0, found [1.0, " + std + "]");
  }

  @Test
  void new_meanNotFinite_isRefused() {
    assertThatThrownBy(() -> new Preprocessing(List.of(Float.NaN), ONE, 0, 0, 0))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("mean: expected finite numbers, found [NaN]");
  }

  @Test
  void new_noMeanOrStd_isRefused() {
    assertThatThrownBy(() -> new Preprocessing(List.of(), ONE, 0, 0, 0))
        .hasMessage("mean: expected one number, or one per channel, found none");
    assertThatThrownBy(() -> new Preprocessing(ONE, List.of(), 0, 0, 0))
        .hasMessage("std: expected one number, or one per channel, found none");
  }

  @ParameterizedTest
  @CsvSource({"-1, 0, resize", "16385, 0, resize", "0, -5, crop", "0, 2000000000, crop"})
  void new_sideOutOfRange_isRefused(int resize, int crop, String name) {
    assertThatThrownBy(() -> new Preprocessing(ONE, ONE, resize, crop, 0))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith(name + ": expected pixels from 1 to 16384, or 0 for none, found ");
  }

  @ParameterizedTest
  @CsvSource({"-1", "2", "4"})
  void new_otherChannels_isRefused(int channels) {
    assertThatThrownBy(() -> new Preprocessing(ONE, ONE, 0, 0, channels))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "channels: expected 1 (grayscale), 3 (RGB) or 0 (as stored), found " + channels);
  }
}
