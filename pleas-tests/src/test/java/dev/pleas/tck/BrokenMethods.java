package dev.pleas.tck;

import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.merge.MergeMethod;
import dev.pleas.api.merge.MergeReport;
import dev.pleas.api.merge.MergeRequest;
import dev.pleas.api.merge.MergeResult;
import dev.pleas.api.merge.MethodParameter;
import dev.pleas.api.merge.PlanRequest;
import dev.pleas.api.merge.PlannedMerge;
import dev.pleas.api.merge.PlannedMethod;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.merge.Statistics;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Methods that merge with one flaw each. */
final class BrokenMethods {
  private static final MergeMethod SOUND = new TinyMethod();

  private BrokenMethods() {}

  private static MergeMethod method(
      List<MethodParameter> parameters, Function<MergeRequest, MergeResult> merging) {
    return new MergeMethod() {
      @Override
      public List<MethodParameter> parameters() {
        return parameters;
      }

      @Override
      public MergeResult merge(MergeRequest request) {
        return merging.apply(request);
      }
    };
  }

  private static MergeMethod merging(Function<MergeRequest, MergeResult> flaw) {
    return method(SOUND.parameters(), flaw);
  }

  /** Does something else before a sound merge. */
  private static MergeMethod before(Consumer<MergeRequest> flaw) {
    return merging(
        request -> {
          flaw.accept(request);
          return SOUND.merge(request);
        });
  }

  private static MergeMethod changing(UnaryOperator<Model> flaw) {
    return merging(
        request -> {
          MergeResult sound = SOUND.merge(request);
          return new MergeResult(flaw.apply(sound.model()), sound.report());
        });
  }

  static MergeMethod listing(MethodParameter... parameters) {
    return method(List.of(parameters), SOUND::merge);
  }

  static MergeMethod largerInputs() {
    return changing(m -> new Model(m.graph().withInput(Shape.of(2, 8, 8)), m.parameters()));
  }

  static MergeMethod renamedOutput() {
    return changing(
        m -> {
          Graph g = m.graph();
          Map<String, String> outputs = Map.of("result", "fc");
          return new Model(
              new Graph(g.architecture(), g.inputs(), g.nodes(), outputs, g.parameters()),
              m.parameters());
        });
  }

  /** Multiplies every weight. */
  static MergeMethod scaled(Supplier<Float> factor) {
    return changing(
        m -> {
          float by = factor.get();
          Map<String, HostTensor> scaled = new LinkedHashMap<>();
          m.parameters()
              .forEach(
                  (name, tensor) -> {
                    float[] values = tensor.values().clone();
                    for (int i = 0; i < values.length; i++) {
                      values[i] *= by;
                    }
                    scaled.put(name, HostTensor.wrap(tensor.shape(), values));
                  });
          return new Model(m.graph(), scaled);
        });
  }

  static MergeMethod inPlace() {
    return before(
        request -> Arrays.fill(request.sources().get(0).parameter("conv1.weight").values(), 1));
  }

  static MergeMethod silentReport() {
    return merging(
        request -> {
          MergeReport empty =
              new MergeReport(
                  Map.of(), null, List.of(), List.of(), List.of(), List.of(), List.of());
          return new MergeResult(SOUND.merge(request).model(), empty);
        });
  }

  static MergeMethod nestedStages() {
    return merging(
        request -> {
          try (Progress.Stage whole = request.progress().begin("merge", 1)) {
            MergeResult result = SOUND.merge(request);
            whole.advance(1);
            return result;
          }
        });
  }

  static MergeMethod openStage() {
    return merging(
        request -> {
          MergeResult result = SOUND.merge(request);
          request.progress().begin("report", 1).advance(1);
          return result;
        });
  }

  static MergeMethod tooManySteps() {
    return before(
        request -> {
          try (Progress.Stage stage = request.progress().begin("preparation", 1)) {
            stage.advance(2);
          }
        });
  }

  @SuppressWarnings("resource") // that is the flaw
  static MergeMethod leaking() {
    return before(
        request ->
            request
                .tools()
                .backend()
                .newScope()
                .tensor(request.sources().get(0).parameter("fc.bias")));
  }

  static MergeMethod closing() {
    return merging(
        request -> {
          MergeResult result = SOUND.merge(request);
          request.tools().backend().close();
          return result;
        });
  }

  /** Returns instances that share a buffer. */
  static Supplier<MergeMethod> oneAtATime() {
    AtomicInteger merging = new AtomicInteger();
    return () ->
        before(
            request -> {
              if (merging.incrementAndGet() > 1) {
                throw new IllegalStateException("the buffer is in use");
              }
              BrokenReaders.pause();
              merging.decrementAndGet();
            });
  }

  /** Falls back to the defaults where settings are wrong. */
  static MergeMethod forgiving() {
    return merging(
        request -> {
          try {
            return SOUND.merge(request);
          } catch (ConfigurationException e) {
            return SOUND.merge(
                new MergeRequest(
                    request.sources(),
                    request.names(),
                    request.calibration(),
                    Map.of(),
                    request.seed(),
                    request.tools(),
                    request.progress()));
          }
        });
  }

  /** Throws something else instead of one kind of exception. */
  static MergeMethod instead(
      Class<? extends RuntimeException> type, UnaryOperator<RuntimeException> flaw) {
    return merging(
        request -> {
          try {
            return SOUND.merge(request);
          } catch (RuntimeException e) {
            throw type.isInstance(e) ? flaw.apply(e) : e;
          }
        });
  }

  @SuppressWarnings("resource") // that is the flaw
  static MergeMethod leakingWhenItFails() {
    return merging(
        request -> {
          var scope = request.tools().backend().newScope();
          scope.tensor(request.sources().get(0).parameter("fc.bias"));
          MergeResult result = SOUND.merge(request);
          scope.close();
          return result;
        });
  }

  /** Plans, soundly but for one flaw. */
  static MergeMethod planning(UnaryOperator<PlannedMerge> flaw) {
    return new PlannedMethod() {
      @Override
      public List<MethodParameter> parameters() {
        return SOUND.parameters();
      }

      @Override
      public MergeResult merge(MergeRequest request) {
        return SOUND.merge(request);
      }

      @Override
      public PlannedMerge plan(PlanRequest request) {
        return flaw.apply(
            new PlannedMerge(
                Map.of("weight", "0.5"),
                new MergeReport.Cost(1, 1, 1),
                List.of(),
                request.sources().get(0),
                List.of()));
      }
    };
  }

  static MergeMethod planningAnotherInput() {
    return planning(
        plan -> {
          Graph g = plan.result();
          Graph part =
              new Graph(
                  g.architecture(),
                  g.inputs(),
                  g.nodes().subList(0, 1),
                  Map.of("logits", g.nodes().get(0).name()),
                  Map.of("conv1.weight", g.parameterShape("conv1.weight")));
          return new PlannedMerge(plan.settings(), plan.cost(), plan.groups(), part, plan.notes());
        });
  }

  /** Keeps statistics in some way, and merges by them otherwise each time. */
  static MergeMethod keeping(BiConsumer<MergeRequest, Statistics.Sink> flaw) {
    return new MergeMethod() {
      private int merges;

      @Override
      public List<MethodParameter> parameters() {
        return SOUND.parameters();
      }

      @Override
      public MergeResult merge(MergeRequest request) {
        if (request.statistics() == null) {
          return SOUND.merge(request);
        }
        merges++;
        return SOUND.merge(
            new MergeRequest(
                request.sources(),
                request.names(),
                MergeExample.samples(MergeExample.INPUT),
                Map.of("weight", "0." + merges),
                request.seed(),
                request.tools(),
                request.progress()));
      }

      @Override
      public void statistics(MergeRequest request, Statistics.Sink sink) {
        flaw.accept(request, sink);
      }
    };
  }
}
