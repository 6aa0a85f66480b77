package dev.pleas.bench;

import dev.pleas.api.permutation.Permutation;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Matching of two layers with n units each. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class MatcherBenchmark {
  /** A matcher's id. */
  @Param({"jonker-volgenant"})
  public String matcher = "";

  /** What the similarities look like. */
  @Param({"RANDOM", "CORRELATED"})
  public String similarity = "";

  /** Units of a layer. */
  @Param({"64", "512", "2048", "4096"})
  public int n;

  @SuppressWarnings("NullAway.Init")
  private Task<Permutation> task;

  /** Makes the inputs. */
  @Setup(Level.Trial)
  public void prepare() {
    task = new MatcherTask(matcher, MatcherTask.Kind.valueOf(similarity), n);
  }

  /** Frees them. */
  @TearDown(Level.Trial)
  public void free() {
    task.close();
  }

  /** Does the work once. */
  @Benchmark
  public Permutation match() {
    return task.run();
  }
}
