package dev.pleas.bench;

import dev.pleas.api.tensor.HostTensor;
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

/** Running a ResNet on one batch. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ForwardBenchmark {
  /** A backend's id. */
  @Param({"nd4j", "ejml"})
  public String backend = "";

  /** The architecture. */
  @Param({"resnet20", "resnet18", "resnet50", "vit_tiny_28", "vit_b_16"})
  public String network = "";

  /** Images in the batch. */
  @Param({"16"})
  public int samples;

  @SuppressWarnings("NullAway.Init")
  private Task<HostTensor> task;

  /** Makes the inputs. */
  @Setup(Level.Trial)
  public void prepare() {
    task = new ForwardTask(backend, NetworkShape.named(network), samples);
  }

  /** Frees them. */
  @TearDown(Level.Trial)
  public void free() {
    task.close();
  }

  /** Does the work once. */
  @Benchmark
  public HostTensor run() {
    return task.run();
  }
}
