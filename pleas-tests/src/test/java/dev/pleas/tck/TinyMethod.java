package dev.pleas.tck;

import dev.pleas.api.backend.CompiledGraph;
import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.data.Samples;
import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.error.DataException;
import dev.pleas.api.error.ModelException;
import dev.pleas.api.merge.MergeMethod;
import dev.pleas.api.merge.MergeReport;
import dev.pleas.api.merge.MergeRequest;
import dev.pleas.api.merge.MergeResult;
import dev.pleas.api.merge.MethodParameter;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The weighted mean of all weights, noting what the first network makes of the data. */
final class TinyMethod implements MergeMethod {
  @Override
  public List<MethodParameter> parameters() {
    return List.of(
        new MethodParameter("weight", "0.5", "share of the second network, from 0 to 1"));
  }

  @Override
  public MergeResult merge(MergeRequest request) {
    for (String name : request.parameters().keySet()) {
      if (!name.equals("weight")) {
        throw new ConfigurationException("unknown setting " + name + "; there are: weight");
      }
    }
    float weight = weight(request.parameters().getOrDefault("weight", "0.5"));
    if (request.sources().size() != 2) {
      throw new ConfigurationException("two networks can be merged, no more");
    }
    Model a = request.sources().get(0);
    Model b = request.sources().get(1);
    Map<String, HostTensor> mean = new LinkedHashMap<>();
    a.graph()
        .parameters()
        .forEach(
            (name, shape) -> {
              Shape other = b.graph().parameters().get(name);
              if (!shape.equals(other)) {
                throw new ModelException(name + ": one has " + shape + ", the other " + other);
              }
              mean.put(name, mean(a.parameter(name), b.parameter(name), weight));
            });
    MergeReport report =
        new MergeReport(
            Map.of("weight", String.valueOf(weight)),
            null,
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of("mean output of the first network: " + meanOutput(a, request)));
    return new MergeResult(new Model(a.graph(), mean), report);
  }

  private static float weight(String text) {
    try {
      float weight = Float.parseFloat(text);
      if (weight >= 0 && weight <= 1) {
        return weight;
      }
    } catch (NumberFormatException e) {
      // refused below
    }
    throw new ConfigurationException("weight: expected a number from 0 to 1, found " + text);
  }

  private static HostTensor mean(HostTensor a, HostTensor b, float weight) {
    float[] mean = new float[a.values().length];
    for (int i = 0; i < mean.length; i++) {
      mean[i] = (1 - weight) * a.values()[i] + weight * b.values()[i];
    }
    return HostTensor.wrap(a.shape(), mean);
  }

  private static double meanOutput(Model model, MergeRequest request) {
    Samples samples = request.calibration();
    Shape input = model.graph().valueShape(model.graph().onlyInput());
    if (samples == null) {
      throw new DataException("no calibration data");
    }
    if (!samples.shape().equals(input)) {
      throw new DataException("inputs are " + input + ", the data has " + samples.shape());
    }
    double sum = 0;
    try (CompiledGraph graph =
            request.tools().backend().compile(model.graph(), model.parameters());
        Progress.Stage stage = request.progress().begin("mean output", samples.count())) {
      for (int i = 0; i < samples.count(); i++) {
        try (TensorScope scope = request.tools().backend().newScope()) {
          Tensor x = scope.tensor(samples.read(i, i + 1));
          Map<String, Tensor> outputs = graph.run(scope, Map.of(model.graph().onlyInput(), x));
          sum += outputs.values().iterator().next().toHost().values()[0];
        }
        stage.advance(1);
      }
    }
    return sum / samples.count();
  }
}
