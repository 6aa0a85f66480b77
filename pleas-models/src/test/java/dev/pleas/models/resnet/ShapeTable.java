package dev.pleas.models.resnet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.tensor.DType;
import dev.pleas.api.tensor.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * A network as PyTorch describes it (make_networks.py).
 *
 * @param macs multiply-accumulates of convolutions and linear layers for one input
 * @param tensors the state dict's shapes
 * @param values output shapes by module
 */
record ShapeTable(Shape input, long macs, Map<String, Shape> tensors, Map<String, Shape> values) {
  static ShapeTable load(String name) {
    try (InputStream in = ShapeTable.class.getResourceAsStream(name + ".json")) {
      JsonNode json = new ObjectMapper().readTree(Objects.requireNonNull(in, name));
      return new ShapeTable(
          shape(json.get("input")),
          json.get("macs").longValue(),
          shapes(json.get("tensors")),
          shapes(json.get("values")));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Map<String, Shape> shapes(JsonNode node) {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    node.properties().forEach(entry -> shapes.put(entry.getKey(), shape(entry.getValue())));
    return shapes;
  }

  private static Shape shape(JsonNode node) {
    int[] dims = new int[node.size()];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = node.get(i).intValue();
    }
    return Shape.of(dims);
  }

  /** Returns what a checkpoint of this network has: float32, counters of 64 bits. */
  Map<String, TensorInfo> infos() {
    Map<String, TensorInfo> infos = new LinkedHashMap<>();
    tensors.forEach(
        (name, shape) ->
            infos.put(name, new TensorInfo(shape.rank() == 0 ? DType.I64 : DType.F32, shape)));
    return infos;
  }
}
