// Records what the autoscaler of Kubernetes decides, as the oracle for the model of it. Beside the code it belongs to:
//
//	git clone --depth=1 --branch=v1.36.4 https://github.com/kubernetes/kubernetes && cd kubernetes/pkg/controller/podautoscaler
//	rm *_test.go && cp .../record_decisions_test.go . && DECISIONS=.../decisions.jsonl go test -vet=off -run=RecordDecisions .
package podautoscaler

import (
	"encoding/json"
	"math/rand"
	"os"
	"testing"
	"testing/synctest"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/labels"
	metricsclient "k8s.io/kubernetes/pkg/controller/podautoscaler/metrics"
)

const (
	sequences = 40
	steps     = 60
	average   = 100
)

type oneMetric struct {
	metricsclient.MetricsClient
	value int64
}

func (m *oneMetric) GetObjectMetric(string, string, *autoscalingv2.CrossVersionObjectReference, labels.Selector) (int64, time.Time, error) {
	return m.value * 1000, time.Now(), nil
}

type sequence struct {
	Spec  autoscalingv2.HorizontalPodAutoscalerSpec `json:"spec"`
	Steps [][5]int32                                `json:"steps"` // second, asked, existing, metric, decided
}

func TestRecordDecisions(t *testing.T) {
	file, err := os.Create(os.Getenv("DECISIONS"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	encoder := json.NewEncoder(file)
	for seed := int64(1); seed <= sequences; seed++ {
		// In a bubble of synctest time is simulated, so that the windows and periods pass at once.
		synctest.Test(t, func(t *testing.T) {
			if err := encoder.Encode(recordOne(t, rand.New(rand.NewSource(seed)))); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func recordOne(t *testing.T, random *rand.Rand) sequence {
	hpa := &autoscalingv2.HorizontalPodAutoscaler{Spec: drawSpec(random)}
	minimum, maximum := *hpa.Spec.MinReplicas, hpa.Spec.MaxReplicas
	metric := &oneMetric{}
	calculator := NewReplicaCalculator(metric, nil, 0, 0)
	controller := &HorizontalController{
		tolerance:       0.1,
		recommendations: map[string][]timestampedRecommendation{},
		scaleUpEvents:   map[string][]timestampedScaleEvent{},
		scaleDownEvents: map[string][]timestampedScaleEvent{},
	}
	recorded := sequence{Spec: hpa.Spec}
	start := time.Now()
	current := minimum + random.Int31n(maximum-minimum+1)
	load := current * average
	for range steps {
		time.Sleep(15 * time.Second)
		if random.Intn(3) == 0 {
			load = random.Int31n(maximum * average * 6 / 5)
		}
		metric.value = int64(load + random.Int31n(20))
		existing := current + random.Int31n(8)/7
		controller.recordInitialRecommendation(current, "")
		proposed, _, _, err := calculator.GetObjectPerPodMetricReplicas(existing, average*1000, "", controller.tolerancesForHpa(hpa), "", nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		decided := controller.normalizeDesiredReplicasWithBehaviors(hpa, "", current, proposed, minimum)
		if decided != current {
			controller.storeScaleEvent(hpa.Spec.Behavior, "", current, decided)
		}
		second := int32(time.Since(start).Seconds())
		recorded.Steps = append(recorded.Steps, [5]int32{second, current, existing, int32(metric.value), decided})
		current = decided
	}
	return recorded
}

func drawSpec(random *rand.Rand) autoscalingv2.HorizontalPodAutoscalerSpec {
	pick := func(values ...int32) int32 { return values[random.Intn(len(values))] }
	policy := []autoscalingv2.ScalingPolicySelect{autoscalingv2.MaxChangePolicySelect, autoscalingv2.MinChangePolicySelect}
	rules := func(window, percent, pods, period int32) *autoscalingv2.HPAScalingRules {
		rules := &autoscalingv2.HPAScalingRules{
			StabilizationWindowSeconds: &window,
			SelectPolicy:               &policy[random.Intn(5)/4],
			Policies: []autoscalingv2.HPAScalingPolicy{
				{Type: autoscalingv2.PercentScalingPolicy, Value: percent, PeriodSeconds: period},
				{Type: autoscalingv2.PodsScalingPolicy, Value: pods, PeriodSeconds: period},
			},
		}
		if random.Intn(4) == 0 {
			rules.Tolerance = resource.NewQuantity(0, resource.DecimalSI)
		}
		return rules
	}
	minimum, value := pick(1, 2, 3), resource.NewQuantity(average, resource.DecimalSI)
	return autoscalingv2.HorizontalPodAutoscalerSpec{
		MinReplicas: &minimum,
		MaxReplicas: pick(10, 20, 50),
		Metrics: []autoscalingv2.MetricSpec{{
			Type: autoscalingv2.ObjectMetricSourceType,
			Object: &autoscalingv2.ObjectMetricSource{
				Target: autoscalingv2.MetricTarget{Type: autoscalingv2.AverageValueMetricType, AverageValue: value},
			},
		}},
		Behavior: &autoscalingv2.HorizontalPodAutoscalerBehavior{
			ScaleUp:   rules(pick(0, 0, 30), 100, 4, 15),
			ScaleDown: rules(pick(0, 30, 60, 300), pick(10, 25, 50, 100), 1, pick(15, 60, 90)),
		},
	}
}
