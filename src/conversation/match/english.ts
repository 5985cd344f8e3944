/** English words with little meaning for a visitor's question. */
export const FILLERS = set(`
  a about actually again ahead all also am an and any anybody anyone anything are as at away be been before being but by
  came can cannot cant come could couldnt day did didnt do does doesnt doing done dont else ever every for from get
  gets getting give go going gonna good got great had happen happy has hasnt have havent having he hello her here hey
  hi him his i id if ill im in into is isnt it its ive just kind kindly know let lets like ll look looking lot made
  make makes many may maybe me mean might mine more most much must my myself need needed needs never new nice no
  nobody not nothing now of off often oh ok okay on once one only or other our ours out over own perhaps please
  possible probably put quick quickly quite rather re really right said same say see seem she should so some
  somebody someone something sometime soon sorry still such sure take tell than that thats the their them then
  there theres these they theyre thing things think this those though time to today tomorrow tonight too took
  try trying unless until up upon us use used using ve very wanna want wanted wants was wasnt way we week well went
  were weve while will wish with within without wondering wont would yeah yes yet you youre your yours yourself
  question ask asking afternoon morning evening guys sir madam team folks
`)

export const QUESTION_WORDS = set('how what when where which who whom whose why whats wheres whens hows whos')

/** "How old" asks for another kind of answer than "how": with these words behind it, it is a question word of its own. */
export const MEASURES = set(`
  much many long old far big large small late early often soon tall high deep wide heavy fast expensive
  viel viele lange alt weit gross klein spat fruh oft bald hoch tief breit schwer schnell teuer
  veel lang oud ver groot laat vaak hoog duur
`)

/** Common words that differ from others by a letter or two: they are not taken for misspelt ones. */
export const REAL_WORDS = set(`
  able add age ago air area arm art bad bag bank bar base bed best better big bird black blue boat body book both bottom
  boy brown bus busy buy call car card care case cat cause change cheap check child city class clean clear clock close
  clothe cold color contain content contest cook cool cost cover cow cross cup cut dark dear death deal deep deer dinner
  dog door down dream dress drink drive drop dry each ear early earth east easy eat end enough even event eye face fact
  fall family far farm fast fat father fear feel feet few field fight fill film final find fine fire first fish five
  fix flat floor fly follow food foot form four free fresh friend front full fun funny game garden girl glad glass
  gold grow hair half hand hang hard hate head health hear heart heat heavy heard height help high hill hit hold hole
  holiday home hope horse host hot hotel house hour huge hungry hurt ice idea inch job join joke jump keep key kid
  kill kitchen lady land large last late later laugh law lay lead learn least leave left leg less letter lie life
  lift light line lion list listen live local long lose loss lost love low lunch main man map mark market matter
  meal meat meet men menu mess middle mile milk mind minute miss mix moment money month moon mother mouth move movie
  music name near neck news next night none noise nose note number oil old open orange order paid pain paint pair
  paper parent park part party pass past pay pen people person phone pick piece place plan plane plant play point
  poor pork post pound power press price pull push queen quiet race rain ran read ready real red rent rest rice rich
  ride ring rise river road rock room round rule run sad safe sail salt sand save school sea seat second sell send
  sense set seven shape share sharp ship shirt shoe shop short show shut sick side sight sign simple sing sister sit
  six size skin sky sleep slow small smell smile snow soft soil son song sort soul sound soup south space speak
  speed spell spend spoke sport spot spring stand star start state stay steam step stick stone stood stop store
  storm story street strong study sugar suit summer sun sweet swim table tail talk tall taste tax tea teach ten
  test thank thanks their thin third thick thought thousand three tie tired told tone tooth top total touch town
  track trade train tree trip trouble true turn two type under unit view visit voice wait wake walk wall war warm
  wash waste watch water wave wear weather weight west wet wheel where white whole wide wife wild win wind window
  wine winter woman women wonder wood word work world worry worse worst worth write wrong year young
`)

/** Abbreviations that people write on a phone. */
export const SHORTHAND: ReadonlyMap<string, string> = new Map(
  Object.entries({
    u: 'you',
    r: 'are',
    ur: 'your',
    pls: 'please',
    plz: 'please',
    thx: 'thanks',
    tnx: 'thanks',
    thnx: 'thanks',
    ty: 'thanks',
    wheres: 'where',
    whens: 'when',
    whats: 'what',
    hows: 'how',
    hw: 'how',
    wanna: 'want',
    hrs: 'hours',
    tel: 'telephone',
    tmrw: 'tomorrow',
    abt: 'about',
    addr: 'address',
  }),
)

function set(words: string): ReadonlySet<string> {
  return new Set(words.trim().split(/\s+/))
}
