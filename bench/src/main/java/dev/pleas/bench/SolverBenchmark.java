package dev.pleas.bench;

import dev.pleas.api.solve.Solution;
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

/** Solving of one layer's normal equations, p×p with q right-hand sides. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class SolverBenchmark {
  /** A solver's id. {@code commons-math} takes many minutes from p = 2304 on. */
  @Param({"openblas", "ejml"})
  public String solver = "";

  /** Unknowns. */
  @Param({"576", "2304", "4608"})
  public int p;

  /** Right-hand sides. */
  @Param({"64", "256", "512"})
  public int q;

  @SuppressWarnings("NullAway.Init")
  private Task<Solution> task;

  /** Makes the inputs. */
  @Setup(Level.Trial)
  public void prepare() {
    task = new SolverTask(solver, p, q);
  }

  /** Frees them. */
  @TearDown(Level.Trial)
  public void free() {
    task.close();
  }

  /** Does the work once. */
  @Benchmark
  public Solution solve() {
    return task.run();
  }
}
