package dev.pleas.cli.terminal;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Numbers as people read them, the same in every locale. */
public final class Quantity {
  private Quantity() {}

  /** Returns {@code 272,474}. */
  public static String count(long n) {
    return String.format(Locale.ROOT, "%,d", n);
  }

  /** Returns {@code 91.7 %}, or {@code –} for NaN. */
  public static String percent(double share) {
    return Double.isNaN(share) ? "–" : decimal(100 * share, 1) + " %";
  }

  /** Returns {@code 1.20×}. */
  public static String ratio(double ratio) {
    return decimal(ratio, 2) + "×";
  }

  /** Returns a number with so many decimals. */
  public static String decimal(double value, int decimals) {
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }

  /** Returns three significant digits, scientific where that is shorter; {@code –} for NaN. */
  public static String significant(double value) {
    if (Double.isNaN(value)) {
      return "–";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "∞" : "−∞";
    }
    double size = Math.abs(value);
    if (size == 0) {
      return "0";
    }
    if (size < 1e-3 || size >= 1e5) {
      return String.format(Locale.ROOT, "%.2e", value);
    }
    double rounded = new BigDecimal(size).round(new MathContext(3)).doubleValue();
    int decimals = Math.max(0, 2 - (int) Math.floor(Math.log10(rounded)));
    return decimal(value, decimals);
  }

  /** Returns {@code 40.6 M}, three significant digits with k, M, G or T from 1,000 on. */
  public static String large(long n) {
    String[] units = {"", " k", " M", " G", " T"};
    double value = n;
    int unit = 0;
    while (Math.abs(value) >= 999.5 && unit < units.length - 1) {
      value /= 1000;
      unit++;
    }
    return (unit == 0 ? count(n) : significant(value)) + units[unit];
  }

  /** Returns {@code 1.2 MiB}. */
  public static String bytes(long bytes) {
    String[] units = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    double value = bytes;
    int unit = 0;
    while (value >= 1024 && unit < units.length - 1) {
      value /= 1024;
      unit++;
    }
    return (unit == 0 ? count(bytes) : decimal(value, 1)) + " " + units[unit];
  }

  /** Returns {@code 1.2 s}, or {@code 2 min 05 s}. */
  public static String seconds(long nanos) {
    double seconds = nanos / 1e9;
    if (seconds < 60) {
      return decimal(seconds, seconds < 0.095 ? 3 : 1) + " s";
    }
    long whole = Math.round(seconds);
    return String.format(Locale.ROOT, "%d min %02d s", whole / 60, whole % 60);
  }

  /** Returns {@code singularSolver} as {@code singular solver}. */
  public static String words(String camelCase) {
    return camelCase.replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
  }
}
