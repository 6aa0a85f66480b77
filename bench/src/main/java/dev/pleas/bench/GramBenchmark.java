package dev.pleas.bench;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.tensor.Shape;
import java.util.Arrays;
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

/** Adding one batch of activations to a Gram matrix. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class GramBenchmark {
  /** A backend's id. */
  @Param({"nd4j", "ejml"})
  public String backend = "";

  /** Samples×channels×positions: unfolded inputs of 3×3 convolutions of ResNet-18. */
  @Param({"16x576x3136", "16x1152x784", "16x2304x196", "16x4608x49"})
  public String shape = "";

  @SuppressWarnings("NullAway.Init")
  private Task<Matrix> task;

  /** Makes the inputs. */
  @Setup(Level.Trial)
  public void prepare() {
    task =
        new GramTask(
            backend,
            Shape.of(Arrays.stream(shape.split("x", -1)).mapToInt(Integer::parseInt).toArray()));
  }

  /** Frees them. */
  @TearDown(Level.Trial)
  public void free() {
    task.close();
  }

  /** Does the work once. */
  @Benchmark
  public Matrix add() {
    return task.run();
  }
}
