package dev.pleas.models.vit;

import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.models.onnx.OnnxRuntime;
import dev.pleas.tck.reference.Plain;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Networks of other libraries, written as ONNX, against those libraries' own outputs. */
class VitOnnxTest {
  /** Both sides compute in float32. */
  private static final double TOLERANCE = 2e-5;

  static List<Fixture> networks() {
    return Fixture.ALL;
  }

  @ParameterizedTest
  @MethodSource("networks")
  void write_anyLayout_runsInOnnxRuntimeAsInItsLibrary(Fixture network) {
    Model model = network.model();
    Map<String, HostTensor> values = network.values();
    Map<String, HostTensor> input = Map.of("input", values.get("input"));
    Map<String, Plain> expected = new LinkedHashMap<>();
    model
        .graph()
        .outputs()
        .keySet()
        .forEach(output -> expected.put(output, Plain.of(values.get(output))));
    OnnxRuntime.compare(expected, OnnxRuntime.run(model, input), TOLERANCE);
  }
}
