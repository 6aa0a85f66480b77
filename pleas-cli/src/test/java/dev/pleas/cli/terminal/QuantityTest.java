package dev.pleas.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuantityTest {
  @ParameterizedTest
  @CsvSource({
    "0,0",
    "1,1.00",
    "0.5,0.500",
    "12.345,12.3",
    "123.45,123",
    "99999,99999",
    "100000,1.00e+05",
    "0.00099,9.90e-04",
    "-0.25,-0.250",
    "NaN,–",
    "Infinity,∞",
    "-Infinity,−∞"
  })
  void significant_hasThreeDigits(double value, String text) {
    assertThat(Quantity.significant(value)).isEqualTo(text);
  }

  @Test
  void quantities_readTheSameInEveryLocale() {
    assertThat(Quantity.count(1234567)).isEqualTo("1,234,567");
    assertThat(Quantity.percent(0.9174)).isEqualTo("91.7 %");
    assertThat(Quantity.ratio(1.2)).isEqualTo("1.20×");
    assertThat(Quantity.bytes(1023)).isEqualTo("1,023 bytes");
    assertThat(Quantity.bytes(3 << 19)).isEqualTo("1.5 MiB");
    assertThat(Quantity.seconds(12_000_000)).isEqualTo("0.012 s");
    assertThat(Quantity.seconds(1_500_000_000L)).isEqualTo("1.5 s");
    assertThat(Quantity.seconds(125_000_000_000L)).isEqualTo("2 min 05 s");
    assertThat(Quantity.large(999)).isEqualTo("999");
    assertThat(Quantity.large(1_000)).isEqualTo("1.00 k");
    assertThat(Quantity.large(272_474)).isEqualTo("272 k");
    assertThat(Quantity.large(999_600)).isEqualTo("1.00 M");
    assertThat(Quantity.large(4_089_184_256L)).isEqualTo("4.09 G");
    assertThat(Quantity.words("singularSolver")).isEqualTo("singular solver");
  }

  @Test
  void table_alignsColumns() {
    TextTable table = new TextTable("name", ">n");
    table.row("a", 1);
    table.row("long", 100);
    assertThat(table).hasToString("name    n\na       1\nlong  100\n");
    assertThatThrownBy(() -> table.row("too few")).hasMessage("1 cells, 2 columns");
  }
}
