package dev.pleas.cli.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.tensor.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StorageSettingsTest {
  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "5GB, 5000000000",
    "500 MB, 500000000",
    "2GiB, 2147483648",
    "1.5KiB, 1536",
    "0.0001KB, 1",
    "10B, 10",
    "8TiB, 8796093022208",
  })
  void bytes_sizes_areCountedAsTheirUnitsSay(String text, long bytes) {
    assertThat(StorageSettings.bytes(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "GB", "0", "0GB", "-1GB", "5gb", "5Gb", "5 apples", "1e9", "99999999TB"})
  void bytes_others_areRefused(String text) {
    assertThatThrownBy(() -> StorageSettings.bytes(text))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("expected a size such as 5GB, 500MB or 2GiB, found \"" + text + "\"");
  }

  @Test
  void over_whatIsSaid_wins() {
    StorageSettings base = new StorageSettings("pytorch", DType.F16, 1000L);
    assertThat(StorageSettings.NONE.over(base)).isEqualTo(base);
    assertThat(new StorageSettings(null, DType.F64, null).over(base))
        .isEqualTo(new StorageSettings("pytorch", DType.F64, 1000L));
  }
}
