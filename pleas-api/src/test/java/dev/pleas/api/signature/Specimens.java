package dev.pleas.api.signature;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One of each kind of declaration, to be described. */
@SuppressWarnings("unused")
public final class Specimens {
  static final String PREFIX = Specimens.class.getName() + "$";

  /** Descriptions of all specimens, without {@link #PREFIX}. */
  static final String EXPECTED =
      """

      public abstract static class Abstract<T extends Comparable<? super T>> extends Hidden implements AutoCloseable
        protected <E extends Exception> Abstract(T, @Nullable Object) throws E, java.io.IOException
        protected abstract void step()
        public final void inherited()
        public static <K, V extends K> java.util.Map<K, ? extends V> map(K, V...)
        public static final String NAME = "name"
        public static final java.util.List<String> LIST
        public void close() throws java.io.IOException

      public enum Colour implements Runnable
        constant GREEN
        constant RED
        public boolean warm()
        public void run()

      @FunctionalInterface public interface Function<A extends @Nullable Object, B>
        public abstract B apply(A)
        public default @Nullable String name()
        public static float[] floats(double[][], String @Nullable [])

      public record Pair(int first, @Nullable String second)
        @Deprecated public int sum()
        public Pair(int)

      public sealed interface Shape
        permits Shape$Round
        permits Shape$Square

      public static final class Shape$Round implements Shape
        public Round()

      public static final class Shape$Square implements Shape
        public Square()

      public @interface Tag
        public abstract int value() default 3""";

  private Specimens() {}

  static List<Class<?>> all() {
    return List.of(
        Tag.class,
        Shape.class,
        Shape.Round.class,
        Shape.Square.class,
        Pair.class,
        Function.class,
        Colour.class,
        Hidden.class,
        Abstract.class);
  }

  static class Hidden {
    public Hidden() {}

    public final void inherited() {}

    void unseen() {}
  }

  public abstract static class Abstract<T extends Comparable<? super T>> extends Hidden
      implements AutoCloseable {
    public static final String NAME = "name";
    public static final List<String> LIST = List.of();
    static final int UNSEEN = 1;

    protected <E extends Exception> Abstract(T value, @Nullable Object other)
        throws E, IOException {}

    Abstract() {}

    @SafeVarargs
    public static <K, V extends K> Map<K, ? extends V> map(K key, V... values) {
      return Map.of(key, values[0]);
    }

    protected abstract void step();

    @Override
    public void close() throws IOException {}

    @Override
    public String toString() {
      return "";
    }
  }

  public enum Colour implements Runnable {
    RED,
    GREEN;

    public boolean warm() {
      return this == RED;
    }

    @Override
    public void run() {}
  }

  @FunctionalInterface
  public interface Function<A extends @Nullable Object, B> {
    B apply(A argument);

    default @Nullable String name() {
      return null;
    }

    static float[] floats(double[][] values, String @Nullable [] names) {
      return new float[0];
    }
  }

  public record Pair(int first, @Nullable String second) {
    public Pair(int first) {
      this(first, null);
    }

    @Deprecated
    public int sum() {
      return first;
    }
  }

  public sealed interface Shape {
    final class Round implements Shape {}

    final class Square implements Shape {}
  }

  public @interface Tag {
    int value() default 3;
  }
}
