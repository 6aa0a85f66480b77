package dev.pleas.architecture.offence;

import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.util.Random;
import java.util.ServiceLoader;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Does what no library of ours does: the rules must see it. */
@SuppressWarnings("all")
final class Offender {
  private Offender() {}

  static void standardStreams(IllegalStateException failure) {
    System.out.println("hello");
    failure.printStackTrace();
  }

  static Object unseededRandomness() {
    Supplier<UUID> byReference = UUID::randomUUID;
    Supplier<Random> inLambda = () -> new Random();
    return Math.random() + byReference.get().hashCode() + inLambda.get().nextInt();
  }

  static ClassLoader contextClassLoader() {
    return new Thread("own") {}.getContextClassLoader();
  }

  static Reader defaultCharset() {
    return new InputStreamReader(new ByteArrayInputStream("ä".getBytes()));
  }

  static String defaultLocale(double value) {
    UnaryOperator<String> byReference = String::toLowerCase;
    return byReference.apply(String.format("%f", value)) + "%f".formatted(value);
  }

  static Object ownDiscovery() {
    return ServiceLoader.load(Runnable.class, Offender.class.getClassLoader());
  }

  /** What is seeded, named or given is allowed, and must not be reported. */
  static String innocent() {
    return "%d".toUpperCase(java.util.Locale.ROOT) + new Random(1).nextInt();
  }
}
