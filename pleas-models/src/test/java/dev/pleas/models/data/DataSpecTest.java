package dev.pleas.models.data;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.error.ConfigurationException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class DataSpecTest {
  private static DataSpec spec(List<Integer> classes, int limit) {
    var preprocessing = new Preprocessing(List.of(0f), List.of(1f), 0, 0, 0);
    return new DataSpec(Path.of("data"), null, classes, limit, preprocessing);
  }

  @Test
  void new_classTwice_isRefused() {
    assertThatThrownBy(() -> spec(List.of(4, 1, 4), 0))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("classes: expected different labels from 0 up, found 4 twice in [4, 1, 4]");
  }

  @Test
  void new_negativeClass_isRefused() {
    assertThatThrownBy(() -> spec(List.of(1, -2), 0))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("classes: expected different labels from 0 up, found -2 in [1, -2]");
  }

  @Test
  void new_negativeLimit_isRefused() {
    assertThatThrownBy(() -> spec(List.of(), -1))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("limit: expected a number of samples, or 0 for all, found -1");
  }
}
