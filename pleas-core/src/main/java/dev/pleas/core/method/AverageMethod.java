package dev.pleas.core.method;

import dev.pleas.api.merge.MergeMethod;
import dev.pleas.api.merge.MergeReport;
import dev.pleas.api.merge.MergeRequest;
import dev.pleas.api.merge.MergeResult;
import dev.pleas.api.merge.MethodParameter;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.HostTensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The plain mean of all weights, unit by unit as they stand: what every other method is held
 * against.
 */
final class AverageMethod implements MergeMethod {
  @Override
  public List<MethodParameter> parameters() {
    return List.of();
  }

  @Override
  public MergeResult merge(MergeRequest request) {
    Settings settings = new Settings(parameters(), request.parameters());
    SameArchitecture.check(request.sources(), request.names(), Set.of());
    Model first = request.sources().get(0);
    Map<String, HostTensor> mean = new LinkedHashMap<>();
    for (String name : first.parameters().keySet()) {
      float[] values = new float[first.parameter(name).values().length];
      for (int i = 0; i < values.length; i++) {
        double sum = 0;
        for (Model source : request.sources()) {
          sum += source.parameter(name).values()[i];
        }
        values[i] = (float) (sum / request.sources().size());
      }
      mean.put(name, HostTensor.wrap(first.parameter(name).shape(), values));
    }
    return new MergeResult(
        new Model(first.graph(), mean),
        new MergeReport(settings.all(), null, List.of(), List.of(), List.of(), List.of()));
  }
}
