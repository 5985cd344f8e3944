/**
 * Articles, pronouns, prepositions and small verbs of the languages of many Pages' visitors, after `matchKey` (without accents).
 * Words with another meaning in English, such as "die" or "pour", are left out.
 */
export const FOREIGN_FILLERS: ReadonlySet<string> = new Set(
  `
  der das den dem des ein eine einen einem einer und oder ist sind seid habt haben habe ich du er sie es wir ihr mein
  meine mir mich euch ihnen eure euer ihre dein deine zu zum zur mit von vom fur auf aus im ins bei bitte hallo denn
  mal noch schon nicht kein keine gibt konnen konnt kann mochte mochten brauche brauch brauchen brauchte hatte gern gerne
  nen bist wurde eigentlich denn leider moglich
  le la les un une du de et ou est sont je tu il elle nous vous ils elles mon ma mes votre vos notre nos a au aux dans
  avec sur ce cette cet ces etes ete suis avez avoir ai il y pas ne svp bonjour peut pouvez puis voudrais aimerais besoin
  el los las una unos y o es esta estan estais eres soy yo usted ustedes nosotros mi mis tu tus su sus al en con por
  para me te se lo hay tiene tienen tienes puedo puede quiero quisiera hola favor necesito queria quieren pueden podria
  lo gli uno e sono siete ho hai avete mio mia vostro vostra vostri di da nel nella alla al per ci si non posso vorrei
  ciao
  os as um uma e sao voce voces eu meu minha seu sua seus do dos das no na nos nas em com para por tem posso quero
  ola favor
  het een en zijn ben bent ik jij je jullie u mijn uw van voor met op naar niet kan wil graag hoi
  i w na z do od sie to jest sa jestescie moj moja wasz wasze nie czy prosze dzien dobry chce chcialbym chcialabym potrzebuje moge mozna
  и в во на с со от до за по из у к о об это эта этот мы вы я он она они мой моя ваш ваша ваши не ли есть можно
  пожалуиста привет здравствуите скажите хочу нужно нужна нужен
  bir bu icin ve lutfen istiyorum acaba ile
  في على الى عن هل لو سمحت اريد ابغى ممكن فضلك
  है हैं का की के को से में और आप मैं मुझे जी हो करना करनी
  hai hain ka ki ko kya aap mujhe chahiye ji karna karni
  yang untuk kak dong tolong
  `
    .trim()
    .split(/\s+/),
)

export const FOREIGN_QUESTION_WORDS: ReadonlySet<string> = new Set(
  `
  wann wo wie was wer warum welche welcher welches wieviel
  quand comment quoi que qui pourquoi quel quelle quels quelles combien
  cuando donde como quien cual cuales cuanto cuanta
  quando dove cosa chi quale quali quanto perche
  onde quem qual quais quanto
  wanneer waar hoe wat wie welke
  kiedy gdzie jak ile kto
  когда где как что кто почему какои какая какие сколько
  `
    .trim()
    .split(/\s+/),
)
