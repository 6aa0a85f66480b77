package dev.pleas.tck;

import dev.pleas.api.match.Matcher;
import dev.pleas.api.match.MatcherProvider;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.permutation.Permutation;
import dev.pleas.tck.reference.ReferenceMatcher;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

class BrokenMatchersTest extends BrokenSuite<MatcherProvider> {
  private static final Matcher SOUND = new ReferenceMatcher();

  BrokenMatchersTest() {
    super("matcher", Suite.class, provider -> Suite.underTest = provider);
  }

  static final class Suite extends MatcherContract {
    private static MatcherProvider underTest;

    @Override
    protected MatcherProvider provider() {
      return underTest;
    }

    @Override
    protected boolean strict() {
      return true;
    }
  }

  private static Broken<MatcherProvider> broken(String rule, Matcher matcher, String text) {
    return new Broken<>(rule, () -> TestProvider.matcher(matcher), text);
  }

  @Override
  List<Broken<MatcherProvider>> cases() {
    String notOptimal = ": the matching is not optimal: giving row ";
    return List.of(
        broken(
            "matcher301",
            s -> s.rows() == 0 ? fail("nothing to match") : SOUND.match(s),
            "n = 0: match threw java.lang.IllegalStateException: nothing to match"),
        broken(
            "matcher302",
            s -> s.rows() == 1 && s.get(0, 0) < 0 ? Permutation.of() : SOUND.match(s),
            "the 1×1 matrix of -7.0: elements of the permutation ==> expected: <1>"),
        broken("matcher303", BrokenMatchersTest::rowByRow, "against the largest of all"),
        broken("matcher304", s -> SOUND.match(s).inverse(), "a permutation of 3 with noise ==>"),
        broken(
            "matcher305",
            s -> s.rows() > 1024 ? Permutation.identity(s.rows()) : SOUND.match(s),
            "uniform entries, n = 1025" + notOptimal),
        broken("matcher306", BrokenMatchersTest::exchangingPairs, "rank 3, n = 400" + notOptimal),
        broken(
            "matcher307", BrokenMatchersTest::largestFirst, "zeros and ones, n = 700" + notOptimal),
        broken(
            "matcher308",
            s -> isConstant(s) ? fail("no unit is like another") : SOUND.match(s),
            "64×64 entries of 0.0: match threw java.lang.IllegalStateException: no unit"),
        broken("matcher309", BrokenMatchersTest::rowByRow, "among zeros" + notOptimal),
        broken("matcher310", changed(v -> (float) v), "counted in ulps" + notOptimal),
        broken(
            "matcher311",
            s -> s.rows() == 400 ? fail("no convergence in 1000 steps") : SOUND.match(s),
            "(i + 1)·(j + 1), n = 400: match threw java.lang.IllegalStateException: no conv"),
        broken(
            "matcher312",
            changed(v -> Math.max(-1e3, Math.min(1e3, v))),
            "entries from 2⁻¹⁰⁰ to 2¹⁰⁰, n = "),
        broken("matcher313", changed(v -> (float) v), "in units of 2^-1074, n = 40" + notOptimal),
        broken(
            "matcher314",
            s -> SOUND.match(onDiagonal(s, 0.5)),
            "after rows and columns were reordered"),
        broken(
            "matcher315",
            s -> SOUND.match(rowsOfUnitSize(s)),
            "constants added to rows and columns, n = "),
        broken(
            "matcher316",
            new RandomTies(),
            "the permutation of the same matrix, with ties ==> expected"),
        broken(
            "matcher317",
            new SharedMemory(),
            "used by 4 threads at once: the result differs from that of one thread alone"),
        broken(
            "matcher318",
            s -> {
              Permutation matching = SOUND.match(s);
              s.values()[7] = 0;
              return matching;
            },
            "the matrix after it was matched ==> array contents differ at index [7]"),
        broken(
            "matcher319",
            changed(v -> Double.isNaN(v) ? 0 : v),
            "a 3×3 matrix with NaN at [0, 0] must be refused"),
        broken(
            "matcher319",
            s -> s.firstNonFinite() < 0 ? SOUND.match(s) : refuse("not finite"),
            "a 3×3 matrix with NaN at [0, 0]: the message must name [0, 0], found: not finite"),
        broken("matcher320", BrokenMatchersTest::squarePart, "a 2×3 matrix must be refused"),
        broken(
            "matcher320",
            s -> s.rows() == s.columns() ? SOUND.match(s) : refuse("not square"),
            "a 2×3 matrix: the message must name 2×3, found: not square"),
        broken(
            "matcher321",
            changed(v -> v + 0x1p880),
            "blocks in units of 1 and of 2⁹⁰⁰" + notOptimal));
  }

  private static Permutation fail(String message) {
    throw new IllegalStateException(message);
  }

  private static Permutation refuse(String message) {
    throw new IllegalArgumentException(message);
  }

  private static Matcher changed(DoubleUnaryOperator change) {
    return s ->
        SOUND.match(
            Systems.matrix(s.rows(), s.columns(), k -> change.applyAsDouble(s.values()[k])));
  }

  private static boolean isConstant(Matrix s) {
    return s.rows() > 1
        && IntStream.range(0, s.values().length).allMatch(k -> s.values()[k] == s.values()[0]);
  }

  private static Matrix onDiagonal(Matrix s, double extra) {
    int n = s.rows();
    return Assignments.square(n, k -> s.values()[k] + (k / n == k % n ? extra : 0));
  }

  private static Matrix rowsOfUnitSize(Matrix s) {
    int n = s.rows();
    double[] largest = new double[n];
    for (int k = 0; k < n * n; k++) {
      largest[k / n] = Math.max(largest[k / n], Math.abs(s.values()[k]));
    }
    return Assignments.square(n, k -> s.values()[k] / Math.max(1e-300, largest[k / n]));
  }

  private static Permutation squarePart(Matrix s) {
    int n = Math.min(s.rows(), s.columns());
    int[] first = IntStream.range(0, n).toArray();
    return SOUND.match(s.select(first, first));
  }

  /** Every row takes the best column that is left. */
  private static Permutation rowByRow(Matrix s) {
    int n = s.rows();
    return greedily(
        n,
        IntStream.range(0, n * n)
            .boxed()
            .sorted(Comparator.<Integer>comparingInt(k -> k / n).thenComparing(k -> -s.values()[k]))
            .toList());
  }

  /** The largest entry first, as long as row and column are left. */
  private static Permutation largestFirst(Matrix s) {
    int n = s.rows();
    return greedily(
        n,
        IntStream.range(0, n * n)
            .boxed()
            .sorted(Comparator.comparingDouble(k -> -s.values()[k]))
            .toList());
  }

  private static Permutation greedily(int n, List<Integer> entries) {
    int[] map = IntStream.generate(() -> -1).limit(n).toArray();
    boolean[] taken = new boolean[n];
    for (int k : entries) {
      if (map[k / n] < 0 && !taken[k % n]) {
        map[k / n] = k % n;
        taken[k % n] = true;
      }
    }
    return Permutation.of(map);
  }

  /** Improves the identity as long as exchanging two partners helps: a local optimum. */
  private static Permutation exchangingPairs(Matrix s) {
    int n = s.rows();
    int[] map = Permutation.identity(n).toArray();
    boolean better = true;
    while (better) {
      better = false;
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < i; j++) {
          double now = s.get(i, map[i]) + s.get(j, map[j]);
          if (s.get(i, map[j]) + s.get(j, map[i]) > now + 1e-9) {
            int swap = map[i];
            map[i] = map[j];
            map[j] = swap;
            better = true;
          }
        }
      }
    }
    return Permutation.of(map);
  }

  /** Matches the rows in random order, which shows where several matchings are the best. */
  private static final class RandomTies implements Matcher {
    private final Random random = new Random(1);

    @Override
    public Permutation match(Matrix s) {
      Permutation order = Permutation.random(s.rows(), random);
      int[] columns = Permutation.identity(s.rows()).toArray();
      return SOUND.match(s.select(order.toArray(), columns)).then(order.inverse());
    }
  }

  /** Keeps the matrix in a field while it works. */
  private static final class SharedMemory implements Matcher {
    private volatile Matrix working = Assignments.square(0, k -> 0);

    @Override
    public Permutation match(Matrix s) {
      working = s;
      pause();
      return SOUND.match(working);
    }
  }

  /** Lets other threads run. */
  static void pause() {
    try {
      Thread.sleep(2);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
