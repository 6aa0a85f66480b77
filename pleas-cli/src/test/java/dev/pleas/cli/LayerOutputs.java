package dev.pleas.cli;

import dev.pleas.api.backend.CompiledGraph;
import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.HostTensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What each convolution and linear layer of a network gives for some images, and how far apart two
 * networks are.
 *
 * @param byLayer outputs by layer, of all images
 */
record LayerOutputs(Map<String, HostTensor> byLayer) {
  static LayerOutputs of(Model model, HostTensor images, TensorBackend backend) {
    List<String> layers =
        model.graph().nodes().stream()
            .filter(node -> node.op() instanceof Op.Conv2d || node.op() instanceof Op.Linear)
            .map(Node::name)
            .toList();
    Graph tapped = model.graph().between(model.graph().inputs().keySet(), layers);
    Map<String, HostTensor> outputs = new LinkedHashMap<>();
    try (CompiledGraph compiled = backend.compile(tapped, model.parameters());
        TensorScope scope = backend.newScope()) {
      Map<String, Tensor> tensors =
          compiled.run(scope, Map.of(tapped.onlyInput(), scope.tensor(images)));
      tensors.forEach((layer, tensor) -> outputs.put(layer, tensor.toHost()));
    }
    return new LayerOutputs(outputs);
  }

  /** ‖Y − Y′‖/‖Y‖ of each layer, in the Frobenius norm. */
  Map<String, Double> differences(LayerOutputs other) {
    Map<String, Double> differences = new LinkedHashMap<>();
    byLayer.forEach(
        (layer, y) ->
            differences.put(
                layer,
                Math.sqrt(
                    squaresApart(y.values(), other.byLayer.get(layer).values())
                        / squares(y.values()))));
    return differences;
  }

  /** The class with the largest logit for each image. */
  int[] answers(String layer) {
    HostTensor logits = byLayer.get(layer);
    int classes = logits.shape().dim(1);
    int[] answers = new int[logits.shape().dim(0)];
    for (int i = 0; i < answers.length; i++) {
      for (int c = 1; c < classes; c++) {
        if (logits.values()[i * classes + c] > logits.values()[i * classes + answers[i]]) {
          answers[i] = c;
        }
      }
    }
    return answers;
  }

  static double squares(float[] x) {
    return squaresApart(x, new float[x.length]);
  }

  static double squaresApart(float[] x, float[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += ((double) x[i] - y[i]) * ((double) x[i] - y[i]);
    }
    return sum;
  }
}
