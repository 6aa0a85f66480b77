package dev.pleas.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.graph.Op;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SmallNetworksTest {
  @Test
  void networks_together_haveEveryOperation() {
    Set<Class<?>> found =
        Stream.of(
                SmallNetworks.resNet(),
                SmallNetworks.visionTransformer(),
                SmallNetworks.gated(),
                SmallNetworks.textEncoder())
            .flatMap(graph -> graph.nodes().stream())
            .map(node -> node.op().getClass())
            .collect(Collectors.toSet());

    assertThat(found).containsExactlyInAnyOrder(Op.class.getPermittedSubclasses());
  }
}
